// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/resample.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace espalier {

namespace {

constexpr int kChannels = 3;
/// Weights are fixed-point numbers; 8 bits hold the pixel and 2 the overshoot of the filters.
constexpr int kWeightBits = 32 - 8 - 2;

struct Filter
{
    double reach; ///< zero beyond
    double (*at)(double distance);
};

double sincAt(double x)
{
    return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

double boxAt(double x)
{
    return x > -0.5 && x <= 0.5 ? 1 : 0;
}

double triangleAt(double x)
{
    return std::max(0.0, 1 - std::abs(x));
}

double hammingAt(double x)
{
    return std::abs(x) < 1 ? sincAt(x) * (0.54 + 0.46 * std::cos(std::numbers::pi * x)) : 0;
}

/// Keys 1981 with a = -1/2.
double cubicAt(double x)
{
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

double lanczosAt(double x)
{
    return x >= -3 && x < 3 ? sincAt(x) * sincAt(x / 3) : 0;
}

Filter filterOf(Interpolation interpolation)
{
    switch (interpolation) {
    case Interpolation::Lanczos:
        return {3, lanczosAt};
    case Interpolation::Bicubic:
        return {2, cubicAt};
    case Interpolation::Box:
        return {0.5, boxAt};
    case Interpolation::Hamming:
        return {1, hammingAt};
    default:
        return {1, triangleAt};
    }
}

/// The source pixels that make one destination pixel.
struct Footing
{
    std::int64_t first = 0;
    std::vector<std::int32_t> weights;
};

Footing nearestFooting(std::int64_t place, double ratio, std::int64_t from)
{
    const auto at = static_cast<std::int64_t>((static_cast<double>(place) + 0.5) * ratio);
    return {std::min(at, from - 1), {1 << kWeightBits}};
}

Footing filteredFooting(std::int64_t place, double ratio, std::int64_t from, const Filter& filter)
{
    const double widening = std::max(ratio, 1.0);
    const double reach = filter.reach * widening;
    const double centre = (static_cast<double>(place) + 0.5) * ratio;
    Footing footing;
    footing.first = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - reach + 0.5));
    const std::int64_t end = std::min(from, static_cast<std::int64_t>(centre + reach + 0.5));
    std::vector<double> weights;
    double sum = 0;
    for (std::int64_t x = footing.first; x < end; ++x) {
        weights.push_back(filter.at((static_cast<double>(x) - centre + 0.5) / widening));
        sum += weights.back();
    }
    for (const double weight : weights) {
        const double part = sum != 0 ? weight / sum : weight;
        footing.weights.push_back(
            static_cast<std::int32_t>(part * (1 << kWeightBits) + (part < 0 ? -0.5 : 0.5)));
    }
    return footing;
}

std::vector<Footing> footings(std::int64_t from, std::int64_t to, Interpolation interpolation)
{
    const double ratio = static_cast<double>(from) / static_cast<double>(to);
    std::vector<Footing> result(static_cast<std::size_t>(to));
    for (std::int64_t i = 0; i < to; ++i)
        result[static_cast<std::size_t>(i)] = interpolation == Interpolation::Nearest
            ? nearestFooting(i, ratio, from)
            : filteredFooting(i, ratio, from, filterOf(interpolation));
    return result;
}

std::uint8_t toByte(std::int32_t fixedPoint)
{
    return static_cast<std::uint8_t>(std::clamp(fixedPoint >> kWeightBits, 0, 255));
}

/// One destination pixel from source pixels that lie `stride` bytes apart.
void mix(const std::uint8_t* from, std::int64_t stride, const Footing& footing, std::uint8_t* out)
{
    constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);
    std::int32_t sums[kChannels] = {kHalf, kHalf, kHalf};
    from += footing.first * stride;
    for (const std::int32_t weight : footing.weights) {
        for (int c = 0; c < kChannels; ++c)
            sums[c] += weight * from[c];
        from += stride;
    }
    for (int c = 0; c < kChannels; ++c)
        out[c] = toByte(sums[c]);
}

RgbImage emptyImage(std::int64_t height, std::int64_t width)
{
    return {.width = width,
        .height = height,
        .pixels = std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * kChannels))};
}

RgbImage withColumns(const RgbImage& image, std::int64_t width, Interpolation interpolation)
{
    const std::vector<Footing> columns = footings(image.width, width, interpolation);
    RgbImage out = emptyImage(image.height, width);
    for (std::int64_t y = 0; y < image.height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            mix(image.pixels.data() + y * image.width * kChannels, kChannels,
                columns[static_cast<std::size_t>(x)],
                out.pixels.data() + (y * width + x) * kChannels);
    return out;
}

RgbImage withRows(const RgbImage& image, std::int64_t height, Interpolation interpolation)
{
    const std::vector<Footing> rows = footings(image.height, height, interpolation);
    const std::int64_t stride = image.width * kChannels;
    RgbImage out = emptyImage(height, image.width);
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < image.width; ++x)
            mix(image.pixels.data() + x * kChannels, stride, rows[static_cast<std::size_t>(y)],
                out.pixels.data() + y * stride + x * kChannels);
    return out;
}

} // namespace

RgbImage resampled(
    const RgbImage& image, std::int64_t height, std::int64_t width, Interpolation interpolation)
{
    ESPALIER_EXPECT(height >= 1 && width >= 1, "images have pixels");
    RgbImage out = image.width == width ? image : withColumns(image, width, interpolation);
    return out.height == height ? out : withRows(out, height, interpolation);
}

} // namespace espalier
