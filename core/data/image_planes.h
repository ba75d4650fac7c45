// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/storage/image_file.h"

#include <cstdint>
#include <functional>
#include <span>

namespace espalier {

/// Takes one decoded image and its class, 0 <= label.
using ImageSink = std::function<void(const RgbImage& image, std::int64_t label)>;

/// A picture from planes of bytes, [1 or 3, height, width]; grey becomes equal channels.
[[nodiscard]] RgbImage imageFromPlanes(std::span<const std::uint8_t> planes, std::int64_t channels,
    std::int64_t height, std::int64_t width);

} // namespace espalier
