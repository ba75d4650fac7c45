// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/task_rules.h"

#include "core/architectures/shape_request.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

std::string why(const ModelConfig& parent, Size size, std::int64_t value, std::int64_t tokens = 0)
{
    const ShapeBounds bounds{.parent = &parent, .tokens = tokens};
    const auto violation = explainValue(bounds, parent.shape, size, value);
    return violation ? describe(*violation) : "legal";
}

TEST(TaskRules, AnyNumberOfTokensPositionsAndClassesIsLegal)
{
    const ModelConfig gpt = test::toyGpt2();
    const ModelConfig classifier = test::toyBert(Task::SequenceClassification);
    for (const std::int64_t value : {1, 2, 100, 100'000}) {
        EXPECT_EQ(why(gpt, Size::Vocab, value), "legal");
        EXPECT_EQ(why(gpt, Size::Positions, value), "legal");
        EXPECT_EQ(why(classifier, Size::Classes, value), "legal");
    }
    EXPECT_EQ(why(gpt, Size::Vocab, 0), "vocab 0: vocab must be at least 1 (nearest: 1)");
    EXPECT_EQ(why(gpt, Size::Positions, 1 << 25),
        "positions 33554432: positions may be at most 16777216 (nearest: 16777216)");
}

TEST(TaskRules, AMethodThatChangesNothingElseChangesThemToo)
{
    const ModelConfig parent = test::toyGpt2();
    const ShapeBounds bounds{.parent = &parent, .reach = {}};
    ModelShape shape = parent.shape;
    shape.vocab = 20;
    EXPECT_TRUE(checkShape(bounds, shape).ok());
    EXPECT_EQ(withSize(bounds, parent.shape, Size::Positions, 20).positions, 20);
}

TEST(TaskRules, ASizeThatTheParentLacksIsRefusedWithoutAnotherValue)
{
    const ModelConfig gpt = test::toyGpt2();
    const ModelConfig vit = test::toyVit();
    EXPECT_EQ(why(gpt, Size::Classes, 3), "classes 3: the parent predicts no classes");
    EXPECT_EQ(why(gpt, Size::Image, 32), "image 32: the parent reads no images");
    EXPECT_EQ(why(vit, Size::Vocab, 32), "vocab 32: the parent reads no tokens");
    SizesGiven asked;
    asked[static_cast<std::size_t>(Size::Positions)] = 32;
    const ShapeBounds bounds{.parent = &vit};
    EXPECT_EQ(checkShape(bounds, shapeWith(bounds, asked)).error().message,
        "positions 32: positions follow from the image (nearest: 5)");
}

TEST(TaskRules, ImagesAreWholePatches)
{
    const ModelConfig parent = test::toyVit(); // 8 x 4 in patches of 4 x 2
    EXPECT_EQ(why(parent, Size::Image, 12), "legal");
    EXPECT_EQ(why(parent, Size::Image, 10),
        "image 10: images are cut into patches of 4 x 2, so image must be a multiple of 4 "
        "(nearest: 8, 12)");
    EXPECT_EQ(why(parent, Size::Image, 3), "image 3: image must be a multiple of 4 (nearest: 4)");
    const ShapeBounds bounds{.parent = &parent};
    EXPECT_EQ(withSize(bounds, parent.shape, Size::Image, 13).imageHeight, 12);
    ModelConfig wide = parent; // 2 x 3 patches
    wide.shape.imageWidth = 6;
    wide.shape.positions = 7;
    EXPECT_EQ(why(wide, Size::Image, 12),
        "image 12: images keep their 2 x 3 patches' ratio, so image must be a multiple of 8 "
        "(nearest: 8, 16)");
}

TEST(TaskRules, AnImageWhoseMapOfPositionsWouldBeHugeIsRefused)
{
    ModelConfig parent = test::toyVit();
    parent.shape.patchHeight = parent.shape.patchWidth = 1;
    parent.shape.imageHeight = parent.shape.imageWidth = 64;
    parent.shape.positions = 64 * 64 + 1;
    // 2^25 cells over 4 097 parent positions are 8 189 of the destination: 90 x 90 and one.
    EXPECT_EQ(why(parent, Size::Image, 91), "image 91: image may be at most 90 (nearest: 90)");
    EXPECT_EQ(why(parent, Size::Image, std::int64_t{1} << 62),
        "image 4611686018427387904: image may be at most 90 (nearest: 90)");
}

TEST(TaskRules, TokensOfTheTokenizerKeepTheirRows)
{
    const ModelConfig parent = test::toyGpt2(); // 17 tokens
    EXPECT_EQ(why(parent, Size::Vocab, 14, 15),
        "vocab 14: the tokenizer has 15 tokens, so vocab must be at least 15 (nearest: 15)");
    EXPECT_EQ(why(parent, Size::Vocab, 15, 15), "legal");
    EXPECT_EQ(why(parent, Size::Vocab, 17, 20), "legal") << "as the parent has it";
}

TEST(TaskRules, TokensThatTheConfigNamesKeepTheirRows)
{
    ModelConfig parent = test::toyGpt2();
    parent.sourceJson =
        R"({"bos_token_id": 3, "eos_token_id": [9, 12], "pad_token_id": 50256, "x": 16})";
    EXPECT_EQ(why(parent, Size::Vocab, 12),
        "vocab 12: the config's eos_token_id is 12, so vocab must be at least 13 (nearest: 13)");
    EXPECT_EQ(why(parent, Size::Vocab, 13), "legal") << "50256 has no row in the parent either";
    EXPECT_EQ(why(test::toyRoberta(), Size::Vocab, 1),
        "vocab 1: the config's pad_token_id is 1, so vocab must be at least 2 (nearest: 2)");
}

} // namespace
} // namespace espalier
