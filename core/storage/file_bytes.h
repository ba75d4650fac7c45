// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace espalier {

/// All bytes of a regular file of at most `maxBytes`, which are not read if there are more.
/// Errors: Refused, naming the file; Resource if the disk fails.
[[nodiscard]] Result<std::vector<std::uint8_t>> readFileBytes(
    const std::filesystem::path& file, std::uintmax_t maxBytes);

} // namespace espalier
