// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/sibling_name.h"

#include <fmt/format.h>

#include <string>

#include <unistd.h>

namespace espalier {

namespace {

/// Cut so that a long name with our addition still fits into the 255 bytes a file name may have.
std::string beginningFor(const std::filesystem::path& target)
{
    return fmt::format(".{}.partial-", target.filename().string().substr(0, 200));
}

} // namespace

std::filesystem::path siblingName(const std::filesystem::path& target, int attempt)
{
    return target.parent_path() / fmt::format("{}{}-{}", beginningFor(target), ::getpid(), attempt);
}

bool isSiblingOf(const std::filesystem::path& target, const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    const std::string beginning = beginningFor(target);
    return path.parent_path() == target.parent_path() && name.starts_with(beginning)
        && name.find_first_not_of("0123456789-", beginning.size()) == std::string::npos;
}

} // namespace espalier
