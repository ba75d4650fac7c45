// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// idx, the format of MNIST and its kin (LeCun, Cortes, Burges): two zero bytes, a type byte (0x08:
// unsigned bytes, the only one read here), the number of dimensions, their sizes as 32-bit
// big-endian integers, then the values, row-major, to the end of the file.

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace espalier {

struct IdxBytes
{
    std::vector<std::int64_t> sizes;
    std::span<const std::uint8_t> values; ///< inside the bytes that were read
};

/// Errors: Refused, `where` first: not idx, another type, other dimensions than wanted, another
/// number of values than the sizes say.
[[nodiscard]] Result<IdxBytes> readIdx(
    std::span<const std::uint8_t> bytes, std::size_t dimensions, std::string_view where);

} // namespace espalier
