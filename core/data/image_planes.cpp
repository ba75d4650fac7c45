// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_planes.h"

namespace espalier {

RgbImage imageFromPlanes(std::span<const std::uint8_t> planes, std::int64_t channels,
    std::int64_t height, std::int64_t width)
{
    const auto area = static_cast<std::size_t>(height * width);
    RgbImage image{width, height, std::vector<std::uint8_t>(3 * area)};
    for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t plane = channels == 1 ? 0 : c;
        for (std::size_t i = 0; i < area; ++i)
            image.pixels[3 * i + c] = planes[plane * area + i];
    }
    return image;
}

} // namespace espalier
