// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/idx.h"

#include "core/base/checked.h"

#include <fmt/format.h>

namespace espalier {

namespace {

constexpr std::uint8_t kUnsignedBytes = 0x08;

} // namespace

Result<IdxBytes> readIdx(
    std::span<const std::uint8_t> bytes, std::size_t dimensions, std::string_view where)
{
    const std::size_t header = 4 + 4 * dimensions;
    if (bytes.size() < header || bytes[0] != 0 || bytes[1] != 0)
        return refused(fmt::format("{}: not an idx file", where));
    if (bytes[2] != kUnsignedBytes)
        return refused(fmt::format(
            "{}: idx values of type {:#04x}, wanted 0x08 (unsigned bytes)", where, bytes[2]));
    if (bytes[3] != dimensions)
        return refused(
            fmt::format("{}: idx with {} dimensions, wanted {}", where, bytes[3], dimensions));
    IdxBytes found;
    for (std::size_t at = 4; at < header; at += 4)
        found.sizes.push_back(std::int64_t{bytes[at]} << 24 | bytes[at + 1] << 16
            | bytes[at + 2] << 8 | bytes[at + 3]);
    found.values = bytes.subspan(header);
    const std::optional<std::int64_t> wanted = checkedProduct(found.sizes);
    if (!wanted || static_cast<std::uint64_t>(*wanted) != found.values.size())
        return refused(fmt::format("{}: found {} values, wanted {} (the sizes in its header)",
            where, found.values.size(),
            wanted ? fmt::format("{}", *wanted) : "more than fit in 64 bits"));
    return found;
}

} // namespace espalier
