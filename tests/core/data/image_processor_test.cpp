// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_processor.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using Bytes = std::vector<std::uint8_t>;

RgbImage greyImage(std::int64_t height, std::int64_t width, const Bytes& values)
{
    RgbImage image = {.width = width, .height = height, .pixels = {}};
    for (const std::uint8_t value : values)
        image.pixels.insert(image.pixels.end(), 3, value);
    return image;
}

Bytes reds(const RgbImage& image)
{
    Bytes values;
    for (std::size_t i = 0; i < image.pixels.size(); i += 3)
        values.push_back(image.pixels[i]);
    return values;
}

// Expected values are those of PIL 13.

TEST(Resampled, WidensItsFilterWhenItShrinks)
{
    const RgbImage row = greyImage(1, 8, {0, 10, 20, 250, 255, 130, 60, 5});
    EXPECT_EQ(reds(resampled(row, 1, 3, Interpolation::Nearest)), (Bytes{10, 255, 60}));
    EXPECT_EQ(reds(resampled(row, 1, 3, Interpolation::Box)), (Bytes{10, 253, 65}));
    EXPECT_EQ(reds(resampled(row, 1, 3, Interpolation::Bilinear)), (Bytes{28, 183, 76}));
    EXPECT_EQ(reds(resampled(row, 1, 3, Interpolation::Hamming)), (Bytes{13, 212, 61}));
    EXPECT_EQ(reds(resampled(row, 1, 3, Interpolation::Bicubic)), (Bytes{16, 198, 69}));
    EXPECT_EQ(reds(resampled(row, 1, 3, Interpolation::Lanczos)), (Bytes{11, 202, 69}));
}

TEST(Resampled, OvershootsWhereCubicsDo)
{
    const RgbImage column = greyImage(4, 1, {0, 100, 200, 90});
    EXPECT_EQ(reds(resampled(column, 7, 1, Interpolation::Bicubic)),
        (Bytes{0, 26, 92, 163, 198, 127, 81}));
    EXPECT_EQ(reds(resampled(column, 4, 1, Interpolation::Bicubic)), (Bytes{0, 100, 200, 90}));
}

ModelShape shapeOf(std::int64_t side)
{
    ModelShape shape;
    shape.channels = 3;
    shape.imageHeight = side;
    shape.imageWidth = side;
    return shape;
}

std::string problemOf(std::string_view processor, std::int64_t side = 4)
{
    const TemporaryFolder folder;
    folder.write("preprocessor_config.json", processor);
    const auto read = readImageProcessor(folder.path(), shapeOf(side));
    const std::string name = (folder.path() / "preprocessor_config.json: ").string();
    return read ? "" : read.error().message.substr(name.size());
}

TEST(ReadImageProcessor, TakesTheDefaultWithoutAFile)
{
    const TemporaryFolder folder;
    EXPECT_EQ(
        readImageProcessor(folder.path(), shapeOf(4)).value(), defaultImageProcessor(shapeOf(4)));
    EXPECT_EQ(readImageProcessor({}, shapeOf(4)).value(), defaultImageProcessor(shapeOf(4)));
}

TEST(ReadImageProcessor, ReadsResizeCropAndNumbers)
{
    const TemporaryFolder folder;
    folder.write("preprocessor_config.json",
        R"({"size": {"shortest_edge": 6}, "resample": 3, "do_center_crop": true, "crop_size": 4,
            "image_mean": [0.4, 0.5, 0.6], "image_std": [0.1, 0.2, 0.3]})");
    const ImageProcessor expected = {.resize = ImageSize{6, 6},
        .keepRatio = true,
        .interpolation = Interpolation::Bicubic,
        .crop = ImageSize{4, 4},
        .mean = {0.4, 0.5, 0.6},
        .deviation = {0.1, 0.2, 0.3}};
    const ImageProcessor processor = readImageProcessor(folder.path(), shapeOf(4)).value();
    EXPECT_EQ(processor, expected);
    EXPECT_FLOAT_EQ(numbersOf(processor, 1)[255], (1 - 0.5F) / 0.2F);
    EXPECT_FLOAT_EQ(numbersOf(processor, 2)[0], -2);
}

TEST(ReadImageProcessor, LeavesStepsOutThatAreSwitchedOff)
{
    const TemporaryFolder folder;
    folder.write("preprocessor_config.json",
        R"({"do_resize": false, "do_rescale": false, "do_normalize": false})");
    const ImageProcessor processor = readImageProcessor(folder.path(), shapeOf(4)).value();
    EXPECT_FALSE(processor.resize);
    EXPECT_EQ(numbersOf(processor, 0)[200], 200);
}

TEST(ReadImageProcessor, ReadsTimmsConfig)
{
    const TemporaryFolder folder;
    folder.write("config.json", R"({"architecture": "x", "pretrained_cfg": {"input_size": [3, 4, 4],
        "interpolation": "bicubic", "crop_pct": 0.9, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}})");
    const ImageProcessor processor = readImageProcessor(folder.path(), shapeOf(4)).value();
    EXPECT_EQ(processor.resize, (ImageSize{4, 4})); // floor(4 / 0.9)
    EXPECT_TRUE(processor.keepRatio);
    EXPECT_EQ(processor.crop, (ImageSize{4, 4}));
    EXPECT_EQ(processor.interpolation, Interpolation::Bicubic);
}

TEST(ReadImageProcessor, RefusesWhatItDoesNotDoByName)
{
    EXPECT_EQ(problemOf(R"({"size": 4, "do_pad": true, "do_normalize": false})"),
        "do_pad: found true, wanted false");
    EXPECT_EQ(problemOf(R"({"size": 4, "do_normalize": false})", 8),
        "gives images of 4 x 4, wanted 8 x 8 (the model's)");
    EXPECT_EQ(problemOf(R"({"size": {"shortest_edge": 4}, "do_normalize": false})"),
        "gives images of any size, wanted 4 x 4 (the model's)");
    EXPECT_EQ(problemOf(R"({"size": 4, "image_mean": [0.5], "image_std": [0.5]})"),
        "found 1 means, wanted 3 (the model's channels)");
    EXPECT_EQ(problemOf(R"({"size": 4, "image_mean": [0, 0, 0], "image_std": [1, 0, 1]})"),
        "found a deviation of 0, wanted above 0");
    EXPECT_EQ(problemOf(R"({"size": 4, "resample": 7, "do_normalize": false})"),
        "resample: found 7, wanted an integer from 0 to 5");
}

TEST(FitImage, CutsTheMiddleOut)
{
    const RgbImage image = greyImage(3, 6,
        {0, 1, 2, 3, 4, 5, //
            10, 11, 12, 13, 14, 15, //
            20, 21, 22, 23, 24, 25});
    const ImageProcessor processor = {.resize = ImageSize{3, 3},
        .keepRatio = true,
        .crop = ImageSize{1, 3},
        .mean = {},
        .deviation = {}};
    Bytes out(3);
    fitImage(image, processor, 1, {1, 3}, out);
    EXPECT_EQ(out, (Bytes{11, 12, 13})); // floor(3 / 2) columns and 1 row are left out
}

TEST(FitImage, PutsBlackAroundWhatIsSmallerThanTheCut)
{
    const ImageProcessor processor = {.crop = ImageSize{3, 2}, .mean = {}, .deviation = {}};
    Bytes out(6);
    fitImage(greyImage(1, 2, {7, 8}), processor, 1, {3, 2}, out);
    EXPECT_EQ(out, (Bytes{0, 0, 7, 8, 0, 0}));
}

} // namespace
} // namespace espalier
