// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/image_processor.h"
#include "core/storage/image_file.h"
#include "tests/support/engine/open_data.h"
#include "tests/support/engine/toy_images.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

ModelConfig imageModel(std::int64_t classes)
{
    ModelConfig config = test::toyVit(); // 8 x 4 pixels
    config.shape.channels = 3;
    config.shape.classes = classes;
    return config;
}

TEST(ImageFile, ReadsJpegAndPng)
{
    const TemporaryFolder folder;
    test::writeJpeg(folder.path() / "a.jpg", 5, 3, {200, 100, 50});
    test::writePng(folder.path() / "b.png", 2, 7, {1, 2, 3});
    const Result<RgbImage> jpeg = readImageFile(folder.path() / "a.jpg");
    ASSERT_TRUE(jpeg) << jpeg.error().message;
    EXPECT_EQ(jpeg->width, 5);
    EXPECT_EQ(jpeg->height, 3);
    EXPECT_NEAR(jpeg->pixels[0], 200, 3);
    const Result<RgbImage> png = readImageFile(folder.path() / "b.png");
    ASSERT_TRUE(png) << png.error().message;
    EXPECT_EQ(png->pixels.size(), 2U * 7 * 3);
    EXPECT_EQ(png->pixels[2], 3);
}

TEST(ImageFile, RefusesWhatIsBrokenCutOrHuge)
{
    const TemporaryFolder folder;
    test::writeJpeg(folder.path() / "a.jpg", 40, 40, {200, 100, 50});
    test::writePng(folder.path() / "b.png", 40, 40, {1, 2, 3});
    for (const char* name : {"a.jpg", "b.png"}) {
        const std::string bytes = TemporaryFolder::read(folder.path() / name);
        const auto cut =
            folder.write(std::string("cut-") + name, bytes.substr(0, bytes.size() / 2));
        const Result<RgbImage> image = readImageFile(cut);
        ASSERT_FALSE(image) << name;
        EXPECT_NE(image.error().message.find("broken image"), std::string::npos)
            << image.error().message;
        const Result<RgbImage> huge = readImageFile(folder.path() / name, {.maxSide = 39});
        ASSERT_FALSE(huge);
        EXPECT_NE(huge.error().message.find("40 x 40"), std::string::npos) << huge.error().message;
    }
    EXPECT_NE(
        readImageFile(folder.write("c.jpg", "hello")).error().message.find("neither JPEG nor PNG"),
        std::string::npos);
}

TEST(ImageFile, MixesInksTakesTheHighByteAndPutsTransparencyOnBlack)
{
    const TemporaryFolder folder;
    test::writeCmykJpeg(folder.path() / "inks.jpg", 8, 8, {255, 128, 0, 255});
    const Result<RgbImage> inks = readImageFile(folder.path() / "inks.jpg");
    ASSERT_TRUE(inks) << inks.error().message;
    ASSERT_EQ(inks->pixels.size(), 8U * 8 * 3);
    EXPECT_NEAR(inks->pixels[0], 255, 2);
    EXPECT_NEAR(inks->pixels[1], 128, 2);
    EXPECT_NEAR(inks->pixels[2], 0, 2);
    test::writeCmykJpeg(folder.path() / "dark.jpg", 8, 8, {255, 255, 255, 51}); // black 80 %
    EXPECT_NEAR(readImageFile(folder.path() / "dark.jpg")->pixels[0], 51, 2);

    test::writeDeepPng(folder.path() / "deep.png", 3, 2, 0x8040);
    const Result<RgbImage> deep = readImageFile(folder.path() / "deep.png");
    ASSERT_TRUE(deep) << deep.error().message;
    EXPECT_EQ(deep->pixels, std::vector<std::uint8_t>(3 * 2 * 3, 0x80));

    test::writeTransparentPng(folder.path() / "gone.png", 2, 2, {200, 100, 50, 0});
    test::writeTransparentPng(folder.path() / "there.png", 2, 2, {200, 100, 50, 255});
    EXPECT_EQ(readImageFile(folder.path() / "gone.png")->pixels[0], 0);
    EXPECT_EQ(readImageFile(folder.path() / "there.png")->pixels[0], 200);
}

TEST(FitImage, HalvingAveragesAndDoublingInterpolates)
{
    const ImageProcessor asTheModel = {.mean = {}, .deviation = {}};
    const RgbImage four{4, 1, {0, 0, 0, 40, 40, 40, 80, 80, 80, 120, 120, 120}};
    std::vector<std::uint8_t> two(3 * 2);
    fitImage(four, asTheModel, 3, {1, 2}, two);
    // Weights of pixels at distances 0.25, 0.75 … of a triangle two pixels wide: 3, 3, 1 of 7 (the
    // edge has no neighbour).
    EXPECT_EQ(two[0], (3 * 0 + 3 * 40 + 1 * 80 + 3) / 7);
    const RgbImage pair{2, 1, {0, 0, 0, 100, 100, 100}};
    std::vector<std::uint8_t> grown(1 * 4);
    fitImage(pair, asTheModel, 1, {1, 4}, grown);
    EXPECT_EQ(grown, (std::vector<std::uint8_t>{0, 25, 75, 100}));
}

TEST(ImageFolder, PassesImagesThroughTheModelsProcessor)
{
    const TemporaryFolder folder;
    for (int i = 0; i < 10; ++i)
        for (const char* name : {"cat", "dog"})
            test::writePng(folder.path() / name / fmt::format("{:02}.png", i), 4, 4, {255, 51, 0});
    const ImageProcessor processor = {.mean = {0, 0.2, 0.5}, .deviation = {1, 1, 0.25}};
    const Result<Dataset> data = Dataset::open({.spec = {.source = folder.path().string()},
        .config = imageModel(2),
        .processor = processor});
    ASSERT_TRUE(data) << data.error().message;
    const at::Tensor pixels = data->batch(Split::Validation, 0, 1).pixels_BCHW;
    EXPECT_FLOAT_EQ(pixels[0][0][0][0].item<float>(), 1);
    EXPECT_NEAR(pixels[0][1][3][3].item<float>(), 0, 1e-6);
    EXPECT_FLOAT_EQ(pixels[0][2][0][3].item<float>(), -2);
}

TEST(ImageFolder, TakesClassesInOrderOfNamesAndEveryTenthForValidation)
{
    const TemporaryFolder folder;
    for (int i = 0; i < 10; ++i) {
        test::writePng(folder.path() / "dog" / fmt::format("{:02}.png", i), 4, 8, {255, 255, 255});
        test::writeJpeg(folder.path() / "cat" / fmt::format("{:02}.jpg", i), 9, 16, {0, 0, 0});
    }
    const Result<Dataset> data = test::openData({.source = folder.path().string()}, imageModel(2));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->samples(Split::Train), 18);
    EXPECT_EQ(data->samples(Split::Validation), 2);
    const Batch batch = data->batch(Split::Validation, 0, 2);
    const std::int64_t cat = batch.labels[0].item<std::int64_t>() == 0 ? 0 : 1;
    EXPECT_EQ(batch.labels[cat].item<std::int64_t>(), 0);
    EXPECT_EQ(batch.labels[1 - cat].item<std::int64_t>(), 1);
    EXPECT_LT(batch.pixels_BCHW[cat].max().item<double>(), -0.95);
    EXPECT_FLOAT_EQ(batch.pixels_BCHW[1 - cat].min().item<float>(), 1);
}

TEST(ImageFolder, KeepsAGivenSplit)
{
    const TemporaryFolder folder;
    for (const char* name :
        {"train/a/1.png", "train/a/2.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"})
        test::writePng(folder.path() / name, 4, 8, {9, 9, 9});
    const Result<Dataset> data = test::openData({.source = folder.path().string()}, imageModel(2));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->samples(Split::Train), 3);
    EXPECT_EQ(data->samples(Split::Validation), 2);
}

TEST(ImageFolder, ImagesOfNoClassHaveNoLabels)
{
    const TemporaryFolder folder;
    for (const char* name : {"plain/1.png", "plain/2.png", "parts/train/1.png", "parts/train/2.png",
             "parts/test/1.png"})
        test::writePng(folder.path() / name, 4, 8, {9, 9, 9});
    folder.write("texts/a.txt", "no image");
    const auto open = [&](const char* name) {
        return test::openData(
            {.source = (folder.path() / name).string(), .validationShare = 0.5}, imageModel(2));
    };
    const Result<Dataset> plain = open("plain");
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_EQ(plain->samples(Split::Train), 1);
    EXPECT_EQ(plain->samples(Split::Validation), 1);
    EXPECT_NE(plain->requireLabels().error().message.find("one folder of images per class"),
        std::string::npos);
    const Result<Dataset> parts = open("parts");
    ASSERT_TRUE(parts) << parts.error().message;
    EXPECT_EQ(parts->samples(Split::Train), 2);
    EXPECT_EQ(parts->samples(Split::Validation), 1);
    EXPECT_FALSE(parts->hasLabels());
    EXPECT_NE(open("texts").error().message.find("found no image"), std::string::npos);
}

TEST(ImageFolder, NamesTheBrokenImage)
{
    const TemporaryFolder folder;
    for (int i = 0; i < 4; ++i) {
        test::writePng(folder.path() / "a" / fmt::format("{}.png", i), 4, 8, {9, 9, 9});
        test::writePng(folder.path() / "b" / fmt::format("{}.png", i), 4, 8, {9, 9, 9});
    }
    const DataSpec spec{.source = folder.path().string(), .validationShare = 0.25};
    folder.write("b/2.png", "\x89PNG\r\n\x1a\nnonsense");
    const Result<Dataset> broken = test::openData(spec, imageModel(2));
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().message.find("b/2.png: broken image"), std::string::npos)
        << broken.error().message;
}

TEST(ImageFolder, CountsBrokenImagesAndLeavesThemOutOnRequest)
{
    const TemporaryFolder folder;
    for (int i = 0; i < 8; ++i)
        test::writePng(folder.path() / (i % 2 == 0 ? "a" : "b") / fmt::format("{}.png", i), 4, 8,
            {static_cast<std::uint8_t>(20 * i), 0, 0});
    folder.write("a/0.png", "no image at all");
    folder.write("b/3.png", "\x89PNG\r\n\x1a\nnonsense");
    DataSpec spec{.source = folder.path().string(), .validationShare = 0.25};
    const Result<Dataset> refused = test::openData(spec, imageModel(2));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("a/0.png: neither JPEG nor PNG (2 of 6 images"),
        std::string::npos)
        << refused.error().message;

    spec.skipBroken = true;
    std::vector<std::string> told;
    const Progress progress{.note = [&](std::string_view line) {
        told.emplace_back(line);
    }};
    const Result<Dataset> data = test::openData(spec, imageModel(2), progress);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->samples(Split::Train), 4); // a/2 a/4 b/1 b/5
    EXPECT_EQ(data->samples(Split::Validation), 2);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_NE(told[0].find("left out 2 of 6"), std::string::npos) << told[0];
    EXPECT_NE(told[0].find("b/3.png"), std::string::npos) << told[0];
    // What is left keeps its own pixels and class.
    const Batch batch = data->batch(Split::Train, 0, 4);
    for (std::int64_t i = 0; i < 4; ++i) {
        const float red = batch.pixels_BCHW[i][0][0][0].item<float>();
        const long number = std::lround((red * 0.5F + 0.5F) * 255 / 20);
        EXPECT_EQ(batch.labels[i].item<std::int64_t>(), number % 2);
    }
}

TEST(ImageFolder, ValidatesOnThePartThatIsAskedFor)
{
    const TemporaryFolder folder;
    for (const char* name : {"train/a/1.png", "train/a/2.png", "train/b/1.png", "val/a/1.png",
             "val/b/1.png", "test/a/1.png", "test/a/2.png", "test/b/1.png", "test/b/2.png"})
        test::writePng(folder.path() / name, 4, 8, {9, 9, 9});
    const auto heldOut = [&](const std::string& split) {
        const Result<Dataset> data =
            test::openData({.source = folder.path().string(), .split = split}, imageModel(2));
        EXPECT_TRUE(data) << data.error().message;
        EXPECT_EQ(data->samples(Split::Train), 3);
        return data->samples(Split::Validation);
    };
    EXPECT_EQ(heldOut(""), 2);
    EXPECT_EQ(heldOut("validation"), 2);
    EXPECT_EQ(heldOut("test"), 4);
    EXPECT_EQ(heldOut("train"), 3);
}

TEST(ImageFolder, LabelsCountOnlyForModelsOfAsManyClasses)
{
    const TemporaryFolder folder;
    for (const char* name : {"only/1.png", "only/2.png"})
        test::writePng(folder.path() / name, 4, 8, {9, 9, 9});
    const DataSpec spec{.source = folder.path().string(), .validationShare = 0.5};
    const Result<Dataset> same = test::openData(spec, imageModel(1));
    const Result<Dataset> other = test::openData(spec, imageModel(2));
    const Result<Dataset> headless = test::openData(spec, test::toyHeadless(imageModel(2)));
    ASSERT_TRUE(same && other && headless);
    EXPECT_TRUE(same->requireLabels());
    EXPECT_TRUE(same->batch(Split::Train, 0, 1).labels.defined());
    EXPECT_NE(
        other->requireLabels().error().message.find("found 1 class, wanted 2"), std::string::npos);
    EXPECT_NE(headless->requireLabels().error().message.find("no head"), std::string::npos);
    for (const Dataset& data : {*other, *headless}) {
        EXPECT_FALSE(data.hasLabels());
        EXPECT_FALSE(data.trainingBatch({1}, 0, 1).labels.defined());
        EXPECT_TRUE(at::equal(data.batch(Split::Train, 0, 1).pixels_BCHW,
            same->batch(Split::Train, 0, 1).pixels_BCHW));
    }
}

} // namespace
} // namespace espalier
