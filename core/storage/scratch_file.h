// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace espalier {

/// Room on disk for what a piece of work puts aside. The file has no name, so that nothing stays
/// behind whatever becomes of the program.
class ScratchFile
{
public:
    /// In this folder, which is made if it is not there. Errors: Resource, naming it.
    [[nodiscard]] static Result<ScratchFile> create(const std::filesystem::path& folder);

    ScratchFile(ScratchFile&& other) noexcept;
    ScratchFile& operator=(ScratchFile&& other) noexcept;
    ~ScratchFile();

    /// Bytes from this one on; the file grows as needed. Errors: Resource, naming the folder, if
    /// the disk is full or fails.
    [[nodiscard]] Status write(std::int64_t begin, std::span<const std::byte> bytes);
    /// Fills the span. Errors: Resource, if the disk fails or nobody wrote there.
    [[nodiscard]] Status read(std::int64_t begin, std::span<std::byte> target) const;

private:
    ScratchFile(std::filesystem::path folder, int descriptor);
    [[nodiscard]] Error problem(std::string_view what) const;

    std::filesystem::path m_folder;
    int m_descriptor = -1;
};

} // namespace espalier
