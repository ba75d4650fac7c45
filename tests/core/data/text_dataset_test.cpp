// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "tests/support/engine/open_data.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include <stdlib.h>

namespace espalier {
namespace {

ModelConfig byteModel()
{
    ModelConfig config = test::toyGpt2();
    config.shape.vocab = 256;
    return config; // 9 positions
}

std::string lines(const std::string& line, int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += line + "\n";
    return text;
}

std::string textOf(const Batch& batch)
{
    std::string text;
    const at::Tensor ids = batch.inputIds_BT.flatten();
    for (std::int64_t i = 0; i < ids.size(0); ++i)
        text += static_cast<char>(ids[i].item<std::int64_t>());
    return text;
}

TEST(TextFolder, JoinsItsTextsInOrder)
{
    const TemporaryFolder folder;
    folder.write("b.txt", lines("bbbb", 20));
    folder.write("a/x.jsonl", lines("{\"text\": \"aaaa\"}", 20));
    const Result<Dataset> data =
        test::openData({.source = folder.path().string(), .sequenceLength = 5}, byteModel());
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(textOf(data->batch(Split::Train, 0, 1)), "aaaa\n");
    EXPECT_EQ(data->name(), folder.path().filename().string());
    // 200 bytes, of which the last tenth is set aside.
    EXPECT_EQ(data->samples(Split::Train), (180 - 1) / 4);
    EXPECT_EQ(textOf(data->batch(Split::Validation, 0, 1)), "bbbb\n");
}

TEST(TextFolder, KeepsPartsThatFilesOrFoldersAreNamedAfter)
{
    const TemporaryFolder folder;
    folder.write("train/1.txt", lines("one", 10));
    folder.write("train/2.txt", lines("two", 10));
    folder.write("valid.txt", lines("val", 10));
    folder.write("test.jsonl", lines("{\"text\": \"tst\\n\"}", 10));
    const auto validation = [&](const std::string& split) {
        const Result<Dataset> data = test::openData(
            {.source = folder.path().string(), .sequenceLength = 4, .split = split}, byteModel());
        EXPECT_TRUE(data) << data.error().message;
        EXPECT_EQ(data->samples(Split::Train), (80 - 1) / 3);
        return textOf(data->batch(Split::Validation, 0, 1));
    };
    EXPECT_EQ(validation(""), "val\n");
    EXPECT_EQ(validation("test"), "tst\n");
    EXPECT_EQ(validation("train"), "one\n");
}

TEST(TextFolder, RefusesFoldersWithoutText)
{
    const TemporaryFolder folder;
    folder.write("picture.png", "x");
    const Result<Dataset> data = test::openData({.source = folder.path().string()}, byteModel());
    ASSERT_FALSE(data);
    EXPECT_NE(data.error().message.find("found no text, wanted .txt"), std::string::npos);
}

TEST(JsonLines, ReadTheFieldThatIsAskedFor)
{
    const TemporaryFolder folder;
    const DataSpec spec{
        .source = folder.write("a.jsonl", lines("{\"text\": \"xx\", \"story\": \"abc\\n\"}", 40))
                      .string(),
        .sequenceLength = 4,
        .textField = "story"};
    const Result<Dataset> data = test::openData(spec, byteModel());
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(textOf(data->batch(Split::Train, 0, 1)), "abc\n");
}

TEST(Data, WhatFitsNoKindIsRefusedWithWhatWould)
{
    const TemporaryFolder folder;
    ModelConfig images = test::toyVit();
    const Result<Dataset> text =
        test::openData({.source = folder.write("a.txt", "text").string()}, images);
    ASSERT_FALSE(text);
    EXPECT_NE(text.error().message.find("a.txt: found text, wanted images for this model: "),
        std::string::npos)
        << text.error().message;
    EXPECT_NE(text.error().message.find("t10k-images"), std::string::npos);
    EXPECT_NE(test::openData({.source = "/no/such/thing"}, images)
                  .error()
                  .message.find("/no/such/thing: no such file or folder"),
        std::string::npos);
    EXPECT_NE(
        test::openData({.source = "demo:rocks"}, images).error().message.find("found unknown data"),
        std::string::npos);
}

TEST(TextWithTokenizer, IsCutInTokens)
{
    const TemporaryFolder folder;
    ::setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
    ModelConfig config = test::toyGpt2();
    config.shape.vocab = 1000;
    DataRequest request{.spec = {.source = folder.write("a.txt", lines("abcdefghi", 30)).string(),
                            .sequenceLength = 5},
        .config = config};
    EXPECT_NE(Dataset::open(request).error().message.find("vocabulary of 1000 and no tokenizer"),
        std::string::npos);
    request.encoding =
        TextEncoding{.encode = [](std::string_view text) -> Result<std::vector<std::int32_t>> {
                         std::vector<std::int32_t> ids;
                         for (const char c : text)
                             ids.push_back(500 + static_cast<unsigned char>(c));
                         return ids;
                     },
            .hash = "toy",
            .vocab = 1000};
    const Result<Dataset> data = Dataset::open(request);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->batch(Split::Train, 0, 1).inputIds_BT[0][1].item<std::int64_t>(), 500 + 'b');
    EXPECT_DOUBLE_EQ(data->chance(), std::log(1000.0));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "espalier" / "tokens"));
}

} // namespace
} // namespace espalier
