// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace espalier {

/// A file's bytes, read-only, brought into memory by the system as they are touched. The mapping
/// lives as long as the object and follows the file it opened: replacing the file by a rename
/// (atomic_file.h) leaves it intact. A file that another program shortens while it is mapped kills
/// the reader (SIGBUS); the system offers no other answer, so checkpoints must not be overwritten
/// in place while they are open.
class MappedFile
{
public:
    /// Errors: Refused if it is not a regular file or cannot be opened, Resource if the system
    /// cannot map it.
    [[nodiscard]] static Result<MappedFile> map(const std::filesystem::path& path);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    [[nodiscard]] std::span<const std::byte> bytes() const
    {
        return m_bytes;
    }
    [[nodiscard]] std::size_t size() const
    {
        return m_bytes.size();
    }

private:
    explicit MappedFile(std::span<const std::byte> bytes)
        : m_bytes(bytes)
    {
    }

    std::span<const std::byte> m_bytes; ///< empty file: no mapping
};

} // namespace espalier
