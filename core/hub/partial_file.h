// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace espalier {

/// A download that has not all arrived: it stays when the program ends, and the next one goes on
/// where it stopped.
class PartialFile
{
public:
    /// Opens what is there or makes it. Errors: Resource, naming the path.
    [[nodiscard]] static Result<PartialFile> open(const std::filesystem::path& path);

    PartialFile(PartialFile&& other) noexcept;
    PartialFile& operator=(PartialFile&& other) noexcept;
    ~PartialFile();

    [[nodiscard]] std::int64_t length() const
    {
        return m_length;
    }
    [[nodiscard]] Status append(std::span<const std::byte> bytes);
    /// Forgets everything that arrived.
    [[nodiscard]] Status restart();

    /// Brings it to the disk and renames it: the last call.
    [[nodiscard]] Status moveTo(const std::filesystem::path& target);

private:
    PartialFile(std::filesystem::path path, int descriptor, std::int64_t length);

    std::filesystem::path m_path;
    int m_descriptor = -1;
    std::int64_t m_length = 0;
};

} // namespace espalier
