// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/storage/image_file.h"

#include <cstdint>

namespace espalier {

/// As PIL numbers them, and image processors' configs with it.
enum class Interpolation
{
    Nearest = 0,
    Lanczos = 1,
    Bilinear = 2,
    Bicubic = 3,
    Box = 4,
    Hamming = 5
};

/// An image in another size, bit for bit as PIL's Image.resize makes it: pixel centres aligned,
/// columns before rows, each rounded to 8 bits; when shrinking, the filter widens with the ratio
/// (antialiasing), except for Nearest. The same size is copied. Sizes are at least 1.
[[nodiscard]] RgbImage resampled(
    const RgbImage& image, std::int64_t height, std::int64_t width, Interpolation interpolation);

} // namespace espalier
