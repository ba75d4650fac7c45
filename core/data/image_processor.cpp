// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_processor.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr std::size_t kRgb = 3;

ImageSize sizeOf(const RgbImage& image)
{
    return {.height = image.height, .width = image.width};
}

/// The longer side follows, cut to whole pixels.
ImageSize resizedTo(const ImageProcessor& processor, const RgbImage& image)
{
    const ImageSize wanted = *processor.resize;
    if (!processor.keepRatio)
        return wanted;
    const auto follow = [](std::int64_t shorter, std::int64_t from, std::int64_t longer) {
        return std::max<std::int64_t>(1, shorter * longer / from);
    };
    return image.width <= image.height
        ? ImageSize{.height = follow(wanted.width, image.width, image.height),
            .width = wanted.width}
        : ImageSize{
            .height = wanted.height, .width = follow(wanted.height, image.height, image.width)};
}

/// Half the margin; negative where the image is smaller.
std::int64_t marginOf(std::int64_t from, std::int64_t to, bool rounds)
{
    const double half = static_cast<double>(from - to) / 2;
    return std::llrint(rounds ? std::nearbyint(half) : std::floor(half));
}

RgbImage croppedTo(const RgbImage& image, ImageSize size, bool rounds)
{
    const std::int64_t top = marginOf(image.height, size.height, rounds);
    const std::int64_t left = marginOf(image.width, size.width, rounds);
    RgbImage out = {.width = size.width,
        .height = size.height,
        .pixels =
            std::vector<std::uint8_t>(static_cast<std::size_t>(size.height * size.width) * kRgb)};
    const std::int64_t begin = std::max<std::int64_t>(0, -left);
    const std::int64_t end = std::min(size.width, image.width - left);
    for (std::int64_t y = 0; y < size.height; ++y) {
        const std::int64_t from = y + top;
        if (from < 0 || from >= image.height || begin >= end)
            continue;
        const std::uint8_t* row =
            image.pixels.data() + (from * image.width + begin + left) * std::int64_t{kRgb};
        std::copy(row, row + (end - begin) * std::int64_t{kRgb},
            out.pixels.data() + (y * size.width + begin) * std::int64_t{kRgb});
    }
    return out;
}

RgbImage processed(const RgbImage& image, const ImageProcessor& processor, ImageSize size)
{
    RgbImage out = image;
    if (processor.resize) {
        const ImageSize to = resizedTo(processor, image);
        out = resampled(out, to.height, to.width, processor.interpolation);
    }
    if (processor.crop)
        out = croppedTo(out, *processor.crop, processor.cropRounds);
    return sizeOf(out) == size ? std::move(out)
                               : resampled(out, size.height, size.width, processor.interpolation);
}

std::uint8_t lumaOf(const std::uint8_t* rgb)
{
    const float luma = 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2];
    return static_cast<std::uint8_t>(std::clamp(std::lround(luma), 0L, 255L));
}

} // namespace

ImageProcessor defaultImageProcessor(const ModelShape& shape)
{
    const std::vector<double> half(static_cast<std::size_t>(shape.channels), 0.5);
    return {.resize = ImageSize{.height = shape.imageHeight, .width = shape.imageWidth},
        .mean = half,
        .deviation = half};
}

void fitImage(const RgbImage& image, const ImageProcessor& processor, std::int64_t channels,
    ImageSize size, std::span<std::uint8_t> out)
{
    ESPALIER_EXPECT(channels == 1 || channels == 3, "models read grey or colour");
    const RgbImage fitted = processed(image, processor, size);
    const auto area = static_cast<std::size_t>(size.height * size.width);
    for (std::size_t i = 0; i < area; ++i) {
        const std::uint8_t* rgb = fitted.pixels.data() + i * kRgb;
        if (channels == 1)
            out[i] = lumaOf(rgb);
        else
            for (std::size_t c = 0; c < kRgb; ++c)
                out[c * area + i] = rgb[c];
    }
}

std::array<float, 256> numbersOf(const ImageProcessor& processor, std::int64_t channel)
{
    const auto c = static_cast<std::size_t>(channel);
    const double mean = processor.mean.empty() ? 0 : processor.mean[c];
    const double deviation = processor.deviation.empty() ? 1 : processor.deviation[c];
    std::array<float, 256> numbers = {};
    for (std::size_t x = 0; x < numbers.size(); ++x)
        numbers[x] =
            static_cast<float>((static_cast<double>(x) * processor.rescale - mean) / deviation);
    return numbers;
}

} // namespace espalier
