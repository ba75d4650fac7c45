// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace espalier {

/// What a piece of work needs, in bytes.
struct Need
{
    std::int64_t disk = 0;
    std::int64_t memory = 0; ///< beyond what is held already
};

/// What there is; nothing where the system does not say.
struct Room
{
    std::optional<std::int64_t> disk;
    std::optional<std::int64_t> memory; ///< free, or held by caches that give way
};

/// Room on the file system that holds `folder`, or will hold it once it is made, and in memory.
[[nodiscard]] Room roomAt(const std::filesystem::path& folder);

/// Errors: Resource, "out: not enough disk space: need 3200.0 MB, have 1100.0 MB".
[[nodiscard]] Status checkRoom(const Need& need, const Room& room, std::string_view where);

} // namespace espalier
