// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/formats/safetensors_header.h"
#include "core/storage/mapped_file.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace espalier {

/// A safetensors file whose header passed every check, mapped. Opening touches the header only,
/// whatever the size.
class SafetensorsFile
{
public:
    /// Errors: Refused (not a file, not a valid header, …), Resource (cannot be mapped); they begin
    /// with the path.
    [[nodiscard]] static Result<SafetensorsFile> open(
        const std::filesystem::path& path, const SafetensorsLimits& limits = {});

    [[nodiscard]] const SafetensorsHeader& header() const
    {
        return m_header;
    }
    /// The values of one of header()'s tensors: little-endian, row-major, not necessarily aligned
    /// to the element size. Valid as long as this object.
    [[nodiscard]] std::span<const std::byte> bytes(const TensorEntry& tensor) const;
    /// Some of these values, from the `begin`th byte of the tensor on, without touching the
    /// mapping. Errors: those of MappedFile::read, naming file and tensor.
    [[nodiscard]] Status read(
        const TensorEntry& tensor, std::int64_t begin, std::span<std::byte> target) const;
    [[nodiscard]] const std::filesystem::path& path() const
    {
        return m_path;
    }
    /// MappedFile::state().
    [[nodiscard]] const std::string& state() const
    {
        return m_file.state();
    }

private:
    SafetensorsFile(std::filesystem::path path, MappedFile file, SafetensorsHeader header);

    std::filesystem::path m_path;
    MappedFile m_file;
    SafetensorsHeader m_header;
};

} // namespace espalier
