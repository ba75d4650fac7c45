// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace espalier {

/// A file's bytes, read-only, brought into memory by the system as they are touched. The mapping
/// lives as long as the object and follows the file it opened: replacing the file by a rename
/// (atomic_file.h) leaves it intact.
///
/// A file that another program shortens while it is mapped kills whoever touches bytes() behind its
/// new end (SIGBUS). read() does not go through the mapping and fails instead, so it is what large
/// values of strangers' files are read with; bytes() is for headers, just after opening.
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

    /// As it was opened; see core/storage/file_state.h.
    [[nodiscard]] const std::string& state() const
    {
        return m_state;
    }

    /// Fills `target` with what lies at `begin`, which is inside the file as it was opened. Any
    /// thread may call it. Errors: Refused if the file has become shorter, Resource if the disk
    /// fails; without a name, which the caller knows.
    [[nodiscard]] Status read(std::int64_t begin, std::span<std::byte> target) const;

private:
    MappedFile(std::span<const std::byte> bytes, int descriptor);

    std::span<const std::byte> m_bytes; ///< empty file: no mapping
    int m_descriptor = -1;
    std::string m_state;
};

} // namespace espalier
