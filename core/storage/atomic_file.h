// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace espalier {

/// A file that appears whole or not at all. It is written beside its target under a hidden
/// temporary name, brought to the disk and renamed by commit(); without a commit the destructor
/// removes it. What the target held before stays until then, and stays readable for whoever has it
/// open or mapped.
class AtomicFile
{
public:
    /// When a committed file would survive a power cut.
    enum class Lasting
    {
        AtOnce,
        WithFolder ///< the AtomicFolder that it stands in sees to it; until then it can be read
    };

    /// Errors: Resource, naming the path, if the folder is missing or cannot be written, or has
    /// less room than `expectedBytes` (need and have).
    [[nodiscard]] static Result<AtomicFile> create(
        const std::filesystem::path& target, std::int64_t expectedBytes = 0);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    ~AtomicFile();

    /// Appends. Errors: Resource, naming the path, if the disk is full, a limit is reached or the
    /// disk fails.
    [[nodiscard]] Status write(std::span<const std::byte> bytes);

    /// The last call. Errors: Resource; the target is then as it was before.
    [[nodiscard]] Status commit(Lasting lasting = Lasting::AtOnce);

private:
    AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int descriptor,
        std::int64_t expectedBytes);
    [[nodiscard]] Error problem(std::string_view what) const;

    std::filesystem::path m_target;
    std::filesystem::path m_temporary; ///< empty once committed or moved from
    int m_descriptor = -1;
    std::int64_t m_expectedBytes = 0;
    std::int64_t m_writtenBytes = 0;
    std::int64_t m_startedBytes = 0; ///< that the system was asked to bring to the disk
};

/// A small file in one go.
[[nodiscard]] Status writeFileAtomically(
    const std::filesystem::path& target, std::string_view text);

} // namespace espalier
