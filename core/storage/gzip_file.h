// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace espalier {

/// All bytes of a file, unpacked if it begins like gzip (RFC 1952), which may hold several members.
/// Errors: Refused, naming the file: cannot be read, damaged, cut short, more than `maxBytes`
/// (packed or unpacked; unpacking ends there).
[[nodiscard]] Result<std::vector<std::uint8_t>> readPlainOrGzipFile(
    const std::filesystem::path& file, std::uintmax_t maxBytes);

} // namespace espalier
