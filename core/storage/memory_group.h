// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace espalier {

/// Bytes that the control groups of this process (Linux cgroups, version 1 or 2: containers, batch
/// systems) still allow it, files that only lie in the cache not counted; nothing without a limit.
/// The paths are the system's; others are for tests.
[[nodiscard]] std::optional<std::int64_t> memoryLeftInGroups(
    const std::filesystem::path& membership = "/proc/self/cgroup",
    const std::filesystem::path& hierarchy = "/sys/fs/cgroup");

} // namespace espalier
