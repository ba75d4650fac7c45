// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace espalier {

/// A tensor as it lies in a file: little-endian, row-major, its bytes owned by whoever mapped the
/// file. The reader has checked that the bytes fit type and sizes.
struct StoredTensor
{
    std::string name;
    std::string dtype; ///< safetensors' name of the type
    std::vector<std::int64_t> sizes;
    std::span<const std::byte> bytes;
    std::string file; ///< for messages
};

} // namespace espalier
