// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "tests/support/engine/open_data.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace espalier {
namespace {

ModelConfig byteModel()
{
    ModelConfig config = test::toyGpt2();
    config.shape.vocab = 256;
    return config; // 9 positions
}

ModelConfig imageModel(std::int64_t classes, std::int64_t side)
{
    ModelConfig config = test::toyVit();
    config.shape.channels = 3;
    config.shape.classes = classes;
    config.shape.imageHeight = side;
    config.shape.imageWidth = side;
    return config;
}

/// "abc…" repeated; each byte tells its place modulo 26.
std::string alphabet(std::size_t size)
{
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + i % 26);
    return text;
}

TEST(TextDataset, KeepsTheLastTenthForValidation)
{
    const TemporaryFolder folder;
    const std::string file = folder.write("a.txt", alphabet(260)).string();
    const Result<Dataset> data = test::openData({.source = file, .sequenceLength = 5}, byteModel());
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->samples(Split::Train), (234 - 1) / 4);
    EXPECT_EQ(data->samples(Split::Validation), (26 - 1) / 4);
    const Batch batch = data->batch(Split::Validation, 0, 2);
    EXPECT_EQ(batch.inputIds_BT[0][0].item<std::int64_t>(), 'a'); // 234 = 9 * 26
    EXPECT_EQ(batch.inputIds_BT[0][4].item<std::int64_t>(), 'e');
    EXPECT_EQ(batch.inputIds_BT[1][0].item<std::int64_t>(), 'e'); // windows overlap by one token
    EXPECT_TRUE(data->hasLabels());
    EXPECT_DOUBLE_EQ(data->chance(), std::log(256.0));
    EXPECT_EQ(data->name(), "a.txt");
}

TEST(TextDataset, TrainingBatchesDependOnSeedAndStepAlone)
{
    const TemporaryFolder folder;
    const DataSpec spec{.source = folder.write("a.txt", alphabet(5000)).string()};
    const Result<Dataset> a = test::openData(spec, byteModel());
    const Result<Dataset> b = test::openData(spec, byteModel());
    ASSERT_TRUE(a && b);
    (void)b->trainingBatch({1}, 3, 4);
    EXPECT_TRUE(at::equal(
        a->trainingBatch({1}, 7, 4).inputIds_BT, b->trainingBatch({1}, 7, 4).inputIds_BT));
    EXPECT_FALSE(at::equal(
        a->trainingBatch({1}, 7, 4).inputIds_BT, a->trainingBatch({1}, 8, 4).inputIds_BT));
    EXPECT_FALSE(at::equal(
        a->trainingBatch({1}, 7, 4).inputIds_BT, a->trainingBatch({2}, 7, 4).inputIds_BT));
    EXPECT_EQ(a->sequenceLength(), 9); // the model's positions
}

TEST(TextDataset, RefusesTextTooShortNamingFoundAndWanted)
{
    const TemporaryFolder folder;
    const std::string file = folder.write("short.txt", "hello").string();
    const Result<Dataset> data = test::openData({.source = file}, byteModel());
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error().code, ErrorCode::Refused);
    EXPECT_NE(
        data.error().message.find("short.txt: text too short, found 4 tokens"), std::string::npos)
        << data.error().message;
    EXPECT_FALSE(test::openData({.source = folder.write("empty.txt", "").string()}, byteModel()));
}

TEST(TextDataset, RefusesOtherVocabulariesAndMissingFiles)
{
    const TemporaryFolder folder;
    const std::string file = folder.write("a.txt", alphabet(5000)).string();
    EXPECT_NE(
        test::openData({.source = file}, test::toyGpt2()).error().message.find("vocabulary of 17"),
        std::string::npos);
    EXPECT_NE(
        test::openData({.source = "/no/such"}, byteModel()).error().message.find("no such file"),
        std::string::npos);
    EXPECT_NE(
        test::openData({.source = "demo:glyphs"}, byteModel()).error().message.find("found images"),
        std::string::npos);
    EXPECT_FALSE(test::openData({.source = file, .sequenceLength = 10}, byteModel()));
}

TEST(GardenDataset, KnowsItsFloorBelowChance)
{
    const Result<Dataset> data = test::openData({.source = "demo:garden"}, byteModel());
    ASSERT_TRUE(data) << data.error().message;
    ASSERT_TRUE(data->floor());
    EXPECT_GT(*data->floor(), 0.05);
    EXPECT_LT(*data->floor(), 1.5);
    EXPECT_EQ(data->batch(Split::Train, 0, 3).inputIds_BT.size(0), 3);
}

TEST(GlyphDataset, GivesNormalisedPixelsAndEveryClass)
{
    const Result<Dataset> data = test::openData({.source = "demo:glyphs"}, imageModel(20, 32));
    ASSERT_TRUE(data) << data.error().message;
    const Batch batch = data->batch(Split::Validation, 0, 200);
    EXPECT_GE(batch.pixels_BCHW.min().item<double>(), -1);
    EXPECT_LE(batch.pixels_BCHW.max().item<double>(), 1);
    std::set<std::int64_t> classes;
    for (std::int64_t i = 0; i < 200; ++i)
        classes.insert(batch.labels[i].item<std::int64_t>());
    EXPECT_GE(
        classes.size(), 15U); // in a fixed random order, so that the first samples speak for all
    EXPECT_DOUBLE_EQ(data->chance(), std::log(20.0));
    EXPECT_FALSE(data->floor());
}

/// CIFAR-10 records: label, then one value for each whole colour plane.
std::string cifarRecord(int label, int red, int green, int blue)
{
    std::string record(1, static_cast<char>(label));
    for (const int value : {red, green, blue})
        record += std::string(1024, static_cast<char>(value));
    return record;
}

TEST(CifarDataset, ReadsRecordsAndKeepsTheTestBatchForValidation)
{
    const TemporaryFolder folder;
    folder.write("c/data_batch_1.bin", cifarRecord(3, 255, 0, 51) + cifarRecord(9, 0, 0, 0));
    folder.write("c/test_batch.bin", cifarRecord(1, 0, 255, 0));
    const Result<Dataset> data =
        test::openData({.source = (folder.path() / "c").string()}, imageModel(10, 32));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->samples(Split::Train), 2);
    EXPECT_EQ(data->samples(Split::Validation), 1);
    const Batch batch = data->batch(Split::Train, 0, 2);
    const std::int64_t coloured = batch.labels[0].item<std::int64_t>() == 3 ? 0 : 1;
    EXPECT_EQ(batch.labels[coloured].item<std::int64_t>(), 3);
    EXPECT_EQ(batch.labels[1 - coloured].item<std::int64_t>(), 9);
    const at::Tensor image = batch.pixels_BCHW[coloured];
    EXPECT_FLOAT_EQ(image[0][0][0].item<float>(), 1);
    EXPECT_FLOAT_EQ(image[1][5][5].item<float>(), -1);
    EXPECT_FLOAT_EQ(image[2][31][31].item<float>(), -0.6F); // 51 / 255 = 0.2
}

TEST(CifarDataset, RefusesBrokenFiles)
{
    const TemporaryFolder folder;
    const auto open = [&](const std::string& bytes) {
        return test::openData(
            {.source = folder.write("x.bin", bytes).string()}, imageModel(10, 32));
    };
    EXPECT_NE(
        open(cifarRecord(0, 1, 2, 3) + "tail").error().message.find("wanted a multiple of 3073"),
        std::string::npos);
    EXPECT_NE(open(cifarRecord(12, 1, 2, 3)).error().message.find("record 0 has class 12"),
        std::string::npos);
}

TEST(CifarDataset, TrainingOrderVisitsEveryImageOncePerPass)
{
    const TemporaryFolder folder;
    std::string records;
    for (int i = 0; i < 10; ++i)
        records += cifarRecord(i, i, i, i);
    folder.write("c/data_batch_1.bin", records);
    folder.write("c/test_batch.bin", cifarRecord(1, 0, 255, 0));
    const Result<Dataset> data =
        test::openData({.source = (folder.path() / "c").string()}, imageModel(10, 32));
    ASSERT_TRUE(data) << data.error().message;
    std::int64_t sum = 0;
    for (std::int64_t step = 0; step < 5; ++step)
        sum += data->trainingBatch({4}, step, 2).labels.sum().item<std::int64_t>();
    EXPECT_EQ(sum, 45);
}

} // namespace
} // namespace espalier
