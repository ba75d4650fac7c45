// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/memory_group.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>

namespace espalier {

namespace {

/// What the versions call things.
struct Names
{
    std::string_view limit;
    std::string_view usage;
    std::string_view cachePrefix; ///< of memory.stat's keys, groups below included
};
constexpr Names kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_"};
constexpr Names kVersion2 = {"memory.max", "memory.current", ""};

/// A group's folder below the hierarchy.
struct Group
{
    std::filesystem::path root;
    std::filesystem::path path; ///< relative
    const Names& names;
};

/// Nothing for "max", and where there is no such file.
std::optional<std::int64_t> numberIn(const std::filesystem::path& file)
{
    std::ifstream stream(file);
    std::int64_t number = 0;
    return stream >> number ? std::optional(number) : std::nullopt;
}

std::int64_t cachedFiles(const std::filesystem::path& file, std::string_view prefix)
{
    std::ifstream stream(file);
    std::int64_t bytes = 0;
    std::int64_t number = 0;
    for (std::string key; stream >> key >> number;)
        if (key == std::string(prefix) + "inactive_file"
            || key == std::string(prefix) + "active_file")
            bytes += number;
    return bytes;
}

std::optional<std::int64_t> leftIn(const std::filesystem::path& folder, const Names& names)
{
    const auto limit = numberIn(folder / names.limit);
    const auto usage = numberIn(folder / names.usage);
    // Version 1 has no word for "no limit": a number near the largest stands for it.
    if (!limit || !usage || *limit > std::numeric_limits<std::int64_t>::max() / 2)
        return std::nullopt;
    const std::int64_t held = *usage - cachedFiles(folder / "memory.stat", names.cachePrefix);
    return std::max<std::int64_t>(0, *limit - std::max<std::int64_t>(0, held));
}

/// A line of the membership file: "4:memory:/a/b" of version 1, "0::/a/b" of version 2.
std::optional<Group> groupOf(std::string_view line, const std::filesystem::path& hierarchy)
{
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos)
        return std::nullopt;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const auto path = std::filesystem::path(line.substr(second + 1)).relative_path();
    if (controllers.empty())
        return Group{hierarchy, path, kVersion2};
    if (controllers == "memory")
        return Group{hierarchy / "memory", path, kVersion1};
    return std::nullopt;
}

} // namespace

std::optional<std::int64_t> memoryLeftInGroups(
    const std::filesystem::path& membership, const std::filesystem::path& hierarchy)
{
    std::optional<std::int64_t> left;
    std::ifstream lines(membership);
    for (std::string line; std::getline(lines, line);) {
        const std::optional<Group> group = groupOf(line, hierarchy);
        if (!group)
            continue;
        // Each group above limits it too. Inside a container its own may be the top one.
        for (std::filesystem::path path = group->path;; path = path.parent_path()) {
            if (const auto here = leftIn(group->root / path, group->names))
                left = std::min(left.value_or(*here), *here);
            if (path.empty())
                break;
        }
    }
    return left;
}

} // namespace espalier
