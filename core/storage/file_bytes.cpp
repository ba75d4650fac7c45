// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/file_bytes.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

namespace espalier {

Result<std::vector<std::uint8_t>> readFileBytes(
    const std::filesystem::path& file, std::uintmax_t maxBytes)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return refused(fmt::format("{}: not a file that can be read", file.string()));
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error)
        return refused(fmt::format("{}: {}", file.string(), error.message()));
    if (size > maxBytes)
        return refused(
            fmt::format("{}: {} bytes, wanted at most {}", file.string(), size, maxBytes));
    std::ifstream stream(file, std::ios::binary);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream)
        return refused(fmt::format("{}: cannot be read (found {} of {} bytes)", file.string(),
            stream.gcount(), bytes.size()));
    return bytes;
}

} // namespace espalier
