// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/storage/image_file.h"

#include <cstdint>
#include <span>

namespace espalier {

/// Writes an image as a model wants it, [channels, height, width], channels 1 (luma, ITU-R BT.601)
/// or 3. Another size is resized bilinearly, pixel centres aligned, each side on its own; the same
/// size is copied. When shrinking, the weights widen with the ratio so that no pixel is skipped (as
/// PIL's BILINEAR).
void fitImage(const RgbImage& image, std::int64_t channels, std::int64_t height, std::int64_t width,
    std::span<std::uint8_t> out);

} // namespace espalier
