// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace espalier {

/// Where the bytes of one member lie in the archive.
struct ZipMember
{
    std::int64_t begin = 0;
    std::int64_t size = 0;
};

/// Members by name of an archive whose members are stored as they are, which is how torch.save
/// writes them: they can be read in place, and none can be larger than the file.
/// Errors: Refused, naming file and member: no zip archive; members that are compressed or
/// encrypted (a small file could stand for any size), reach beyond the file or into each other,
/// or are there twice; more than 200 000 of them, names beyond 512 bytes.
[[nodiscard]] Result<std::map<std::string, ZipMember>> readStoredZip(
    const std::filesystem::path& file);

} // namespace espalier
