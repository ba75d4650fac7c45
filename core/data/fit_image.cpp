// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/fit_image.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace espalier {

namespace {

/// The source pixels that make one destination pixel.
struct Footing
{
    std::int64_t first = 0;
    std::vector<float> weights;
};

/// Triangles around the destination pixels' centres, as wide as a pixel of the coarser side.
std::vector<Footing> footings(std::int64_t from, std::int64_t to)
{
    const double ratio = static_cast<double>(from) / static_cast<double>(to);
    const double reach = std::max(ratio, 1.0);
    std::vector<Footing> result(static_cast<std::size_t>(to));
    for (std::int64_t i = 0; i < to; ++i) {
        const double centre = (static_cast<double>(i) + 0.5) * ratio;
        Footing& footing = result[static_cast<std::size_t>(i)];
        footing.first = std::max<std::int64_t>(0, std::llround(std::floor(centre - reach)));
        const std::int64_t last =
            std::min<std::int64_t>(from - 1, std::llround(std::ceil(centre + reach)));
        double sum = 0;
        for (std::int64_t x = footing.first; x <= last; ++x) {
            const double weight =
                std::max(0.0, 1 - std::abs((static_cast<double>(x) + 0.5 - centre) / reach));
            footing.weights.push_back(static_cast<float>(weight));
            sum += weight;
        }
        for (float& weight : footing.weights)
            weight /= static_cast<float>(sum);
    }
    return result;
}

std::uint8_t toByte(float value)
{
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

/// Rows first, then columns; interleaved channels.
std::vector<std::uint8_t> resized(const RgbImage& image, std::int64_t height, std::int64_t width)
{
    const std::vector<Footing> columns = footings(image.width, width);
    const std::vector<Footing> rows = footings(image.height, height);
    std::vector<float> narrow(static_cast<std::size_t>(image.height * width * 3), 0.0F);
    for (std::int64_t y = 0; y < image.height; ++y)
        for (std::int64_t x = 0; x < width; ++x) {
            const Footing& footing = columns[static_cast<std::size_t>(x)];
            const std::uint8_t* from = image.pixels.data() + (y * image.width + footing.first) * 3;
            float* out = narrow.data() + (y * width + x) * 3;
            for (const float weight : footing.weights)
                for (int c = 0; c < 3; ++c)
                    out[c] += weight * static_cast<float>(*from++);
        }
    std::vector<std::uint8_t> result(static_cast<std::size_t>(height * width * 3));
    std::vector<float> line(static_cast<std::size_t>(width * 3));
    for (std::int64_t y = 0; y < height; ++y) {
        const Footing& footing = rows[static_cast<std::size_t>(y)];
        std::fill(line.begin(), line.end(), 0.0F);
        for (std::size_t k = 0; k < footing.weights.size(); ++k) {
            const float* from =
                narrow.data() + (footing.first + static_cast<std::int64_t>(k)) * width * 3;
            for (std::size_t i = 0; i < line.size(); ++i)
                line[i] += footing.weights[k] * from[i];
        }
        std::transform(line.begin(), line.end(), result.begin() + y * width * 3, toByte);
    }
    return result;
}

} // namespace

void fitImage(const RgbImage& image, std::int64_t channels, std::int64_t height, std::int64_t width,
    std::span<std::uint8_t> out)
{
    ESPALIER_EXPECT(channels == 1 || channels == 3, "models read grey or colour");
    const bool fits = image.height == height && image.width == width;
    const std::vector<std::uint8_t> pixels = fits ? image.pixels : resized(image, height, width);
    const auto area = static_cast<std::size_t>(height * width);
    for (std::size_t i = 0; i < area; ++i) {
        const std::uint8_t* rgb = pixels.data() + i * 3;
        if (channels == 1)
            out[i] = toByte(0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2]);
        else
            for (std::size_t c = 0; c < 3; ++c)
                out[c * area + i] = rgb[c];
    }
}

} // namespace espalier
