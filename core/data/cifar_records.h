// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image_planes.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace espalier {

/// CIFAR's binary versions (https://www.cs.toronto.edu/~kriz/cifar.html): records of label bytes,
/// then 3 x 32 x 32 pixels. CIFAR-10 has one label; CIFAR-100 a coarse one (20) and a fine one
/// (100).
struct CifarLayout
{
    std::int64_t classes = 10;
    std::size_t labelBytes = 1;
    std::size_t labelAt = 0; ///< which of them counts

    [[nodiscard]] constexpr std::size_t recordBytes() const
    {
        return labelBytes + std::size_t{3} * 32 * 32;
    }
};
inline constexpr CifarLayout kCifar10 = {};
inline constexpr CifarLayout kCifar100Fine = {.classes = 100, .labelBytes = 2, .labelAt = 1};
inline constexpr CifarLayout kCifar100Coarse = {.classes = 20, .labelBytes = 2, .labelAt = 0};

/// Sends every record. Errors: Refused, `where` first: not whole records, a class too high.
[[nodiscard]] Status readCifarRecords(std::span<const std::uint8_t> bytes, std::string_view where,
    const CifarLayout& layout, const ImageSink& sink);

} // namespace espalier
