// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "tests/support/engine/open_data.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/equal.h>
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

/// Letter c becomes 500 + c; [CLS] 1, [SEP] 2, [MASK] 3.
TextEncoding letters()
{
    return {.encode = [](std::string_view text) -> Result<std::vector<std::int32_t>> {
                std::vector<std::int32_t> ids;
                for (const char c : text)
                    ids.push_back(500 + static_cast<unsigned char>(c));
                return ids;
            },
        .hash = "letters",
        .vocab = 1000,
        .first = 1,
        .last = 2,
        .mask = 3,
        .special = {0, 1, 2, 3}};
}

class TextWithTokenizer : public ::testing::Test
{
protected:
    TextWithTokenizer()
    {
        ::setenv("XDG_CACHE_HOME", m_folder.path().c_str(), 1);
        m_request.config.shape.vocab = 1000;
        m_request.config.shape.positions = 64;
        m_request.spec.sequenceLength = 8;
        m_request.spec.source = m_folder.write("a.txt", lines("abcdefghi", 60)).string();
        m_request.encoding = letters();
    }
    Dataset open(Task task)
    {
        m_request.config.flavour.task = task;
        Result<Dataset> data = Dataset::open(m_request);
        EXPECT_TRUE(data) << data.error().message;
        return *data;
    }

    TemporaryFolder m_folder;
    DataRequest m_request{.spec = {}, .config = test::toyGpt2()};
};

TEST_F(TextWithTokenizer, IsCutInTokensThatAreKept)
{
    m_request.encoding->first.reset();
    m_request.encoding->last.reset();
    const Dataset data = open(Task::CausalLanguageModel);
    EXPECT_EQ(data.batch(Split::Train, 0, 1).inputIds_BT[0][1].item<std::int64_t>(), 500 + 'b');
    EXPECT_DOUBLE_EQ(data.chance(), std::log(1000.0));
    EXPECT_TRUE(std::filesystem::exists(m_folder.path() / "espalier" / "tokens"));
    m_request.encoding.reset();
    EXPECT_NE(Dataset::open(m_request).error().message.find("vocabulary of 1000 and no tokenizer"),
        std::string::npos);
}

TEST_F(TextWithTokenizer, EncodersGetFramedWindowsWithMaskedTokens)
{
    const Dataset data = open(Task::MaskedLanguageModel);
    EXPECT_EQ(data.samples(Split::Train), 540 / 6);
    const Batch batch = data.batch(Split::Train, 0, 90);
    std::int64_t chosen = 0;
    for (std::int64_t b = 0; b < 90; ++b) {
        EXPECT_EQ(batch.inputIds_BT[b][0].item<std::int64_t>(), 1);
        EXPECT_EQ(batch.inputIds_BT[b][7].item<std::int64_t>(), 2);
        for (std::int64_t t = 0; t < 8; ++t) {
            const std::int64_t id = batch.inputIds_BT[b][t].item<std::int64_t>();
            const std::int64_t label = batch.labels[b][t].item<std::int64_t>();
            const std::int64_t place = b * 6 + t - 1;
            const std::int64_t there =
                500 + (place % 10 == 9 ? '\n' : 'a' + static_cast<char>(place % 10));
            if (t == 0 || t == 7) {
                EXPECT_EQ(label, -100);
                continue;
            }
            EXPECT_EQ(label == -100 ? id : label, there);
            chosen += label != -100;
        }
    }
    // 540 tokens at 15 %, and at least one in each of the 90 windows.
    EXPECT_GT(chosen, 90);
    EXPECT_LT(chosen, 180);
}

TEST_F(TextWithTokenizer, MasksAreFixedForValidationAndFollowTheStepInTraining)
{
    const Dataset a = open(Task::MaskedLanguageModel);
    const Dataset b = open(Task::MaskedLanguageModel);
    EXPECT_TRUE(at::equal(a.batch(Split::Validation, 0, 9).inputIds_BT,
        b.batch(Split::Validation, 0, 9).inputIds_BT));
    EXPECT_TRUE(at::equal(a.batch(Split::Validation, 3, 2).labels,
        b.batch(Split::Validation, 0, 9).labels.narrow(0, 3, 2)));
    EXPECT_TRUE(at::equal(a.trainingBatch({1}, 5, 4).labels, b.trainingBatch({1}, 5, 4).labels));
    EXPECT_FALSE(at::equal(a.trainingBatch({1}, 5, 4).labels, b.trainingBatch({1}, 6, 4).labels));
    EXPECT_FALSE(at::equal(a.trainingBatch({1}, 5, 4).labels, b.trainingBatch({2}, 5, 4).labels));
}

TEST_F(TextWithTokenizer, ModelsThatPredictNoTokensHaveNoLabels)
{
    const Dataset data = open(Task::TextEncoder);
    EXPECT_FALSE(data.batch(Split::Train, 0, 1).labels.defined());
    ASSERT_FALSE(data.requireLabels());
    EXPECT_NE(data.requireLabels().error().message.find("a.txt: texts without labels, so a model "
                                                        "that has no head has no loss"),
        std::string::npos);
    EXPECT_FALSE(open(Task::SequenceClassification).hasLabels());
}

TEST_F(TextWithTokenizer, AMaskedModelNeedsAMaskToken)
{
    m_request.encoding->mask.reset();
    m_request.config.flavour.task = Task::MaskedLanguageModel;
    EXPECT_NE(Dataset::open(m_request).error().message.find("no mask token"), std::string::npos);
}

TEST_F(TextWithTokenizer, WindowsHoldMoreThanTheirFrame)
{
    m_request.config.flavour.task = Task::TextEncoder;
    m_request.spec.sequenceLength = 3;
    EXPECT_NE(Dataset::open(m_request).error().message.find("sequence length 3, wanted 4 to 64"),
        std::string::npos);
}

} // namespace
} // namespace espalier
