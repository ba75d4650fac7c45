// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cifar_records.h"
#include "core/data/dataset.h"
#include "core/data/idx.h"

#include "tests/support/engine/gzip_bytes.h"
#include "tests/support/engine/open_data.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

ModelConfig imageModel(std::int64_t classes, std::int64_t channels, std::int64_t side)
{
    ModelConfig config = test::toyVit();
    config.shape.channels = channels;
    config.shape.classes = classes;
    config.shape.imageHeight = side;
    config.shape.imageWidth = side;
    return config;
}

/// A record of CIFAR-100 whose three planes are of one value each.
std::string record(int coarse, int fine, int red, int green, int blue)
{
    std::string bytes = {static_cast<char>(coarse), static_cast<char>(fine)};
    for (const int value : {red, green, blue})
        bytes += std::string(1024, static_cast<char>(value));
    return bytes;
}

std::string bigEndian(std::uint32_t value)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift & 0xFF);
    return bytes;
}

std::string idx(const std::vector<std::uint32_t>& sizes, const std::string& values)
{
    std::string bytes = {0, 0, 8, static_cast<char>(sizes.size())};
    for (const std::uint32_t size : sizes)
        bytes += bigEndian(size);
    return bytes + values;
}

TEST(Cifar100, ReadsFineOrCoarseLabelsAsTheModelHasThem)
{
    const TemporaryFolder folder;
    folder.write("c/train.bin", record(3, 77, 255, 0, 51) + record(4, 99, 0, 0, 0));
    folder.write("c/test.bin", record(19, 5, 0, 0, 0));
    const DataSpec spec{.source = (folder.path() / "c").string() + "/"};
    const Result<Dataset> fine = test::openData(spec, imageModel(100, 3, 32));
    ASSERT_TRUE(fine) << fine.error().message;
    EXPECT_EQ(fine->name(), "c");
    EXPECT_EQ(fine->samples(Split::Train), 2);
    EXPECT_EQ(fine->batch(Split::Train, 0, 2).labels.sum().item<std::int64_t>(), 77 + 99);
    const Result<Dataset> coarse = test::openData(spec, imageModel(20, 3, 32));
    ASSERT_TRUE(coarse) << coarse.error().message;
    EXPECT_EQ(coarse->batch(Split::Validation, 0, 1).labels.item<std::int64_t>(), 19);
    const Result<Dataset> other = test::openData(spec, imageModel(10, 3, 32));
    ASSERT_TRUE(other) << other.error().message;
    EXPECT_NE(other->requireLabels().error().message.find("found 100 classes, wanted 10"),
        std::string::npos);
}

TEST(Cifar100, ALoneFileIsKnownByItsSize)
{
    const TemporaryFolder folder;
    std::string records;
    for (int i = 0; i < 10; ++i)
        records += record(0, i, i, i, i);
    const DataSpec spec{.source = folder.write("part.bin", records).string()};
    const Result<Dataset> data = test::openData(spec, imageModel(100, 3, 32));
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->samples(Split::Validation), 1);
    EXPECT_EQ(data->batch(Split::Validation, 0, 1).labels.item<std::int64_t>(), 9);
}

/// Two training images of 2 x 2 pixels, classes 0 and 1, and one for testing.
void writeMnist(const TemporaryFolder& folder, bool packed)
{
    const auto write = [&](const std::string& name, const std::string& bytes) {
        folder.write("m/" + name + (packed ? ".gz" : ""), packed ? test::gzipOf(bytes) : bytes);
    };
    write("train-images-idx3-ubyte", idx({2, 2, 2}, std::string(4, '\0') + std::string(4, '\xFF')));
    write("train-labels-idx1-ubyte", idx({2}, std::string{0, 1}));
    write("t10k-images-idx3-ubyte", idx({1, 2, 2}, std::string(4, '\xFF')));
    write("t10k-labels-idx1-ubyte", idx({1}, std::string{1}));
}

TEST(Mnist, ReadsIdxFilesPlainOrPackedAndFitsThemToTheModel)
{
    for (const bool packed : {false, true}) {
        const TemporaryFolder folder;
        writeMnist(folder, packed);
        const Result<Dataset> data =
            test::openData({.source = (folder.path() / "m").string()}, imageModel(2, 3, 4));
        ASSERT_TRUE(data) << data.error().message;
        EXPECT_EQ(data->samples(Split::Train), 2);
        const Batch train = data->batch(Split::Train, 0, 2);
        for (std::int64_t i = 0; i < 2; ++i) {
            const std::int64_t label = train.labels[i].item<std::int64_t>();
            EXPECT_EQ(train.pixels_BCHW[i].min().item<float>(), label == 0 ? -1 : 1);
            EXPECT_EQ(train.pixels_BCHW[i].max().item<float>(), label == 0 ? -1 : 1);
        }
        EXPECT_EQ(data->batch(Split::Validation, 0, 1).labels.item<std::int64_t>(), 1);
    }
}

TEST(Mnist, SplitsMayBeChosen)
{
    const TemporaryFolder folder;
    writeMnist(folder, false);
    DataSpec spec{.source = (folder.path() / "m").string(), .validationShare = 0.5};
    const auto samples = [&](const char* split) {
        spec.split = split;
        const Result<Dataset> data = test::openData(spec, imageModel(2, 1, 2));
        EXPECT_TRUE(data) << data.error().message;
        return std::pair(data->samples(Split::Train), data->samples(Split::Validation));
    };
    EXPECT_EQ(samples(""), std::pair(std::int64_t{2}, std::int64_t{1}));
    EXPECT_EQ(samples("train"), std::pair(std::int64_t{2}, std::int64_t{2}));
    EXPECT_EQ(samples("validation"), std::pair(std::int64_t{1}, std::int64_t{1})); // cut off train
}

TEST(Mnist, RefusesLabelsThatDoNotFitTheImages)
{
    const TemporaryFolder folder;
    writeMnist(folder, false);
    const DataSpec spec{.source = (folder.path() / "m").string()};
    const auto message = [&] {
        const Result<Dataset> data = test::openData(spec, imageModel(2, 1, 2));
        return data ? std::string() : data.error().message;
    };
    folder.write("m/t10k-labels-idx1-ubyte", idx({1}, std::string{2}));
    EXPECT_NE(message().find("t10k-labels-idx1-ubyte: class 2, wanted 0 to 1"), std::string::npos)
        << message();
    folder.write("m/train-labels-idx1-ubyte", idx({3}, std::string{0, 1, 1}));
    EXPECT_NE(message().find("found 2 images, wanted 3 (the labels"), std::string::npos)
        << message();
}

TEST(Idx, EveryKindOfDamageIsRefused)
{
    const auto message = [](const std::string& bytes, std::size_t dimensions) {
        const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
        const Result<IdxBytes> read = readIdx({data, bytes.size()}, dimensions, "f");
        return read ? std::string("read") : read.error().message;
    };
    const std::string good = idx({2, 3, 1}, "abcdef");
    EXPECT_EQ(message(good, 3), "read");
    EXPECT_EQ(message(good, 1), "f: idx with 3 dimensions, wanted 1");
    EXPECT_EQ(message(good.substr(0, 15), 3), "f: not an idx file");
    EXPECT_EQ(message("hello world, this is text", 3), "f: not an idx file");
    EXPECT_EQ(message(good + "x", 3), "f: found 7 values, wanted 6 (the sizes in its header)");
    std::string floats = good;
    floats[2] = 0x0D;
    EXPECT_EQ(message(floats, 3), "f: idx values of type 0x0d, wanted 0x08 (unsigned bytes)");
    EXPECT_EQ(message(idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, ""), 3),
        "f: found 0 values, wanted more than fit in 64 bits (the sizes in its header)");
}

} // namespace
} // namespace espalier
