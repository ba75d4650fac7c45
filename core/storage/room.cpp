// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/room.h"

#include "core/storage/memory_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace espalier {

namespace {

constexpr double kMegabyte = 1e6;

/// Free pages alone (sysconf) would leave out caches, which are most of a busy machine's memory.
std::optional<std::int64_t> memoryOfMachine()
{
    std::ifstream file("/proc/meminfo");
    for (std::string key; file >> key;) {
        std::int64_t kibibytes = 0;
        if (key == "MemAvailable:" && file >> kibibytes)
            return kibibytes * 1024;
        file.ignore(256, '\n');
    }
    return std::nullopt;
}

Status checkOne(std::int64_t need, std::optional<std::int64_t> have, std::string_view what,
    std::string_view where)
{
    if (!have || need <= *have)
        return {};
    return outOfResource(fmt::format("{}: not enough {}: need {:.1f} MB, have {:.1f} MB", where,
        what, static_cast<double>(need) / kMegabyte, static_cast<double>(*have) / kMegabyte));
}

std::optional<std::int64_t> availableMemory()
{
    const std::optional<std::int64_t> machine = memoryOfMachine();
    const std::optional<std::int64_t> groups = memoryLeftInGroups();
    return machine && groups ? std::min(machine, groups) : machine ? machine : groups;
}

} // namespace

Room roomAt(const std::filesystem::path& folder)
{
    Room room{.disk = std::nullopt, .memory = availableMemory()};
    std::error_code failed;
    std::filesystem::path there = std::filesystem::absolute(folder, failed);
    while (!std::filesystem::exists(there, failed) && there.has_relative_path())
        there = there.parent_path();
    const std::filesystem::space_info space = std::filesystem::space(there, failed);
    if (!failed && std::in_range<std::int64_t>(space.available))
        room.disk = static_cast<std::int64_t>(space.available);
    return room;
}

Status checkRoom(const Need& need, const Room& room, std::string_view where)
{
    if (Status fits = checkOne(need.disk, room.disk, "disk space", where); !fits)
        return fits;
    return checkOne(need.memory, room.memory, "memory", where);
}

} // namespace espalier
