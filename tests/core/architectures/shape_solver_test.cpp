// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/shape_solver.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using Values = std::vector<std::int64_t>;

/// 4 layers, 96 channels in 4 heads of 24, 384 MLP units.
ModelConfig parent()
{
    ModelConfig config;
    config.family = "gpt2";
    config.shape = {.layers = 4,
        .hidden = 96,
        .heads = 4,
        .kvHeads = 4,
        .headDim = 24,
        .mlp = 384,
        .vocab = 11,
        .positions = 7};
    return config;
}

struct Fixture : ::testing::Test
{
    ModelConfig config = parent();
    ModelShape shape = config.shape;
    ShapeBounds shrinking = {.parent = &config};
    ShapeBounds growing = {
        .parent = &config, .reach = {.width = {.grow = true}, .depth = {.grow = true}}};
    ShapeBounds free = {.parent = &config,
        .reach = {.width = {.shrink = true, .grow = true},
            .depth = {.shrink = true, .grow = true},
            .keepsHeadDim = false}};

    [[nodiscard]] std::string why(
        const ShapeBounds& bounds, Size size, std::int64_t value, bool linked = true) const
    {
        const auto violation = explainValue(bounds, shape, size, value, SizeLinks::all(linked));
        return violation ? describe(*violation) : "legal";
    }
};

struct ShapeSolver : Fixture
{
};

TEST_F(ShapeSolver, ListsWhatAShrinkingMethodMayMake)
{
    EXPECT_EQ(legalValues(shrinking, shape, Size::Layers), (Values{1, 2, 3, 4}));
    EXPECT_EQ(legalValues(shrinking, shape, Size::Hidden), (Values{24, 48, 72, 96}));
    EXPECT_EQ(legalValues(shrinking, shape, Size::Heads), (Values{1, 2, 3, 4}));
    EXPECT_EQ(legalValues(shrinking, shape, Size::KvHeads), (Values{4}));
    EXPECT_EQ(legalValues(shrinking, shape, Size::HeadDim), (Values{24}));
    EXPECT_EQ(legalValues(shrinking, shape, Size::Mlp).size(), 16U); // 24, 48, … 384
}

TEST_F(ShapeSolver, ListsWhatAGrowingMethodMayMake)
{
    const Values layers = legalValues(growing, shape, Size::Layers);
    EXPECT_EQ(layers.front(), 4);
    EXPECT_EQ(layers.back(), 16);
    const Values hidden = legalValues(growing, shape, Size::Hidden);
    EXPECT_EQ(hidden.front(), 96);
    EXPECT_EQ(hidden[1], 120);
    EXPECT_EQ(hidden.back(), 768);
}

TEST_F(ShapeSolver, HeadSizesMayChangeWhereNoHeadIsKept)
{
    EXPECT_EQ(legalValues(free, shape, Size::HeadDim),
        (Values{3, 4, 6, 8, 12, 16, 24, 32, 48, 96})); // divisors of 96 with at most 32 heads
    EXPECT_EQ(legalValues(free, shape, Size::Heads, SizeLinks::all(false)),
        (Values{1, 2, 3, 4, 6, 8, 12, 16, 24, 32}));
    const ModelShape moved = withSize(free, shape, Size::HeadDim, 32);
    EXPECT_EQ(moved.hidden, 96);
    EXPECT_EQ(moved.heads, 3);
    EXPECT_EQ(moved.kvHeads, 3);
}

TEST_F(ShapeSolver, HiddenMovesHeadsAndMlp)
{
    const ModelShape half = withSize(shrinking, shape, Size::Hidden, 48);
    EXPECT_EQ(half.hidden, 48);
    EXPECT_EQ(half.heads, 2);
    EXPECT_EQ(half.kvHeads, 2);
    EXPECT_EQ(half.headDim, 24);
    EXPECT_EQ(half.mlp, 192);
    EXPECT_EQ(half.layers, 4);
    EXPECT_EQ(withSize(shrinking, shape, Size::Heads, 2), half);
}

TEST_F(ShapeSolver, MlpsBehindTheTrunkKeepTheirRatioToItsOwn)
{
    config.shape.classLayers = 2;
    config.shape.classMlp = 100;
    EXPECT_EQ(withSize(shrinking, config.shape, Size::Hidden, 48).classMlp, 50);
    EXPECT_EQ(withSize(shrinking, config.shape, Size::Mlp, 7).classMlp, 2); // 100 * 7 / 384
    EXPECT_EQ(withSize(shrinking, config.shape, Size::Mlp, 1).classMlp, 1);
    EXPECT_EQ(withSize(shrinking, config.shape, Size::Layers, 2).classLayers, 2);
    ModelShape other = withSize(shrinking, config.shape, Size::Mlp, 192);
    EXPECT_TRUE(checkShape(shrinking, other));
    other.classMlp = 100;
    EXPECT_FALSE(checkShape(shrinking, other));
    ModelShape sizes; // as a recipe holds them
    for (const Size size : kAllSizes)
        set(sizes, size, get(config.shape, size));
    EXPECT_EQ(resized(config.shape, sizes), config.shape);
}

TEST_F(ShapeSolver, UnlinkedHiddenLeavesTheMlp)
{
    const ModelShape half = withSize(shrinking, shape, Size::Hidden, 48, SizeLinks::all(false));
    EXPECT_EQ(half.heads, 2);
    EXPECT_EQ(half.mlp, 384);
}

TEST_F(ShapeSolver, ValuesAreRoundedToTheNearestThatCanExist)
{
    EXPECT_EQ(withSize(shrinking, shape, Size::Hidden, 59).hidden, 48);
    EXPECT_EQ(withSize(shrinking, shape, Size::Hidden, 61).hidden, 72);
    EXPECT_EQ(withSize(shrinking, shape, Size::Hidden, 5000).hidden, 96);
    EXPECT_EQ(withSize(shrinking, shape, Size::Hidden, -5).hidden, 24);
    EXPECT_EQ(withSize(shrinking, shape, Size::Layers, 0).layers, 1);
    EXPECT_EQ(withSize(shrinking, shape, Size::Mlp, 50).mlp, 50);
}

TEST_F(ShapeSolver, SaysWhichRuleForbidsAValue)
{
    EXPECT_EQ(why(shrinking, Size::Hidden, 95),
        "hidden 95: heads keep their size 24, so hidden must be a multiple of 24 (nearest: 72, "
        "96)");
    EXPECT_EQ(why(shrinking, Size::Hidden, 97),
        "hidden 97: the method does not grow, so hidden may be at most the parent's 96 (nearest: "
        "96)");
    EXPECT_EQ(why(growing, Size::Hidden, 100),
        "hidden 100: heads keep their size 24, so hidden must be a multiple of 24 (nearest: 96, "
        "120)");
    EXPECT_EQ(why(growing, Size::Layers, 3),
        "layers 3: the method does not shrink, so layers must be at least the parent's 4 (nearest: "
        "4)");
    EXPECT_EQ(why(growing, Size::Layers, 17),
        "layers 17: layers may be at most 4 times the parent's 4 (nearest: 16)");
    EXPECT_EQ(why(shrinking, Size::Heads, 0), "heads 0: heads must be at least 1 (nearest: 1)");
    EXPECT_EQ(why(shrinking, Size::HeadDim, 12),
        "head-dim 12: heads keep their size, so head-dim must be the parent's 24 (nearest: 24)");
    EXPECT_EQ(why(shrinking, Size::KvHeads, 2),
        "kv-heads 2: every head has its own keys and values, so kv-heads must be heads 4 (nearest: "
        "4)");
    EXPECT_EQ(why(free, Size::HeadDim, 20),
        "head-dim 20: head-dim must divide hidden 96 (nearest: 16, 24)");
    EXPECT_EQ(why(free, Size::HeadDim, 1),
        "head-dim 1: heads would be 96, but heads may be at most 8 times the parent's 4 (nearest: "
        "3)");
    EXPECT_EQ(
        why(free, Size::Heads, 5, false), "heads 5: heads must divide hidden 96 (nearest: 4, 6)");
    EXPECT_EQ(why(shrinking, Size::Hidden, 48), "legal");
}

TEST_F(ShapeSolver, EveryListedValueIsLegalAndMakesAShapeThatCanExist)
{
    for (const ShapeBounds& bounds : {shrinking, growing, free})
        for (const bool linked : {true, false})
            for (const Size size : kAllSizes)
                for (const std::int64_t value :
                    legalValues(bounds, shape, size, SizeLinks::all(linked))) {
                    EXPECT_FALSE(explainValue(bounds, shape, size, value, SizeLinks::all(linked)));
                    const ModelShape made =
                        withSize(bounds, shape, size, value, SizeLinks::all(linked));
                    EXPECT_EQ(get(made, size), value);
                    const Status status = checkShape(bounds, made);
                    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
                }
}

TEST_F(ShapeSolver, AShapeOfAnotherMethodCanBeRepairedSizeBySize)
{
    ModelShape odd = shape; // made with free head sizes: 6 heads of 16, deeper than the parent
    odd.layers = 9;
    odd.heads = odd.kvHeads = 6;
    odd.headDim = 16;
    EXPECT_EQ(legalValues(shrinking, odd, Size::Layers), (Values{1, 2, 3, 4}));
    for (const Size size : kAllSizes)
        odd = withSize(shrinking, odd, size, get(odd, size), SizeLinks::all(false));
    EXPECT_EQ(odd, shape);
}

TEST_F(ShapeSolver, ShapesThatCannotExistAreRefusedWithTheNearest)
{
    const auto refusal = [&](ModelShape wrong) {
        const Status status = checkShape(shrinking, wrong);
        return status.ok() ? std::string("fine") : status.error().message;
    };
    EXPECT_EQ(refusal(shape), "fine");
    ModelShape wrong = shape;
    wrong.hidden = 50;
    EXPECT_EQ(refusal(wrong),
        "hidden 50: heads keep their size 24, so hidden must be a multiple of 24 (nearest: 48, "
        "72)");
    wrong.hidden = 48;
    EXPECT_EQ(refusal(wrong), "heads 4: hidden 48 is 2 heads of size 24 (nearest: 2)");
    wrong = shape;
    wrong.layers = 5;
    EXPECT_EQ(refusal(wrong),
        "layers 5: the method does not grow, so layers may be at most the parent's 4 (nearest: 4)");
    wrong = shape;
    wrong.headDim = 0;
    EXPECT_EQ(refusal(wrong),
        "head-dim 0: heads keep their size, so head-dim must be the parent's 24 (nearest: 24)");
    wrong = shape;
    wrong.hidden = std::numeric_limits<std::int64_t>::max();
    EXPECT_NE(refusal(wrong), "fine");
    wrong = shape;
    wrong.vocab = 12;
    EXPECT_EQ(refusal(wrong), "fine");
    wrong.tokenTypes = 2;
    EXPECT_EQ(refusal(wrong),
        "shape: token types, channels and patches must be the parent's, and an image's width and "
        "positions follow from its height");
}

TEST_F(ShapeSolver, SmallParentsKeepAnOddMlpAmongTheMarks)
{
    config.shape.mlp = shape.mlp = 100;
    EXPECT_EQ(legalValues(shrinking, shape, Size::Mlp),
        (Values{8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 100}));
}

/// 4 layers, 48 channels, 6 heads of 10 in 3 groups.
struct GroupedHeads : Fixture
{
    GroupedHeads()
    {
        config.family = "llama";
        config.shape.hidden = 48;
        config.shape.heads = 6;
        config.shape.kvHeads = 3;
        config.shape.headDim = 10;
        config.flavour.position = PositionKind::Rotary;
        shape = config.shape;
    }
};

TEST_F(GroupedHeads, FollowHiddenByTheParentsRatio)
{
    const ModelShape half = withSize(shrinking, shape, Size::Hidden, 24);
    EXPECT_EQ(half.heads, 3);
    EXPECT_EQ(half.kvHeads, 3);
    EXPECT_EQ(half.headDim, 10);
    EXPECT_EQ(half.mlp, 192);
    const ModelShape third = withSize(shrinking, shape, Size::Hidden, 32);
    EXPECT_EQ(third.heads, 4);
    EXPECT_EQ(third.kvHeads, 2);
    EXPECT_TRUE(checkShape(shrinking, third).ok());
}

TEST_F(GroupedHeads, HiddenIsAMultipleOfThem)
{
    EXPECT_EQ(why(shrinking, Size::Heads, 5),
        "heads 5: hidden would be 48, but stock loaders want a multiple of the 5 heads (nearest: "
        "4, 6)");
}

TEST_F(GroupedHeads, AreKeptWithAtMostTheirHeads)
{
    EXPECT_EQ(why(shrinking, Size::KvHeads, 1),
        "kv-heads 1: groups are kept with at most their 2 heads, so heads 6 need at least 3 "
        "(nearest: 3)");
    EXPECT_EQ(legalValues(free, shape, Size::KvHeads), (Values{1, 2, 3, 6}));
}

TEST_F(GroupedHeads, TurnChannelsInPairs)
{
    EXPECT_EQ(why(free, Size::HeadDim, 7),
        "head-dim 7: rotary embeddings turn channels in pairs, of this head size 7 (nearest: 6, "
        "8)");
}

} // namespace
TEST_F(ShapeSolver, AMethodThatRepeatsWholeAxesReachesMultiplesAlone)
{
    const ShapeBounds tiling = {
        .parent = &config, .reach = {.width = {.grow = true, .multiples = true}}};
    EXPECT_EQ(why(tiling, Size::Hidden, 240),
        "hidden 240: the method repeats whole axes, so hidden must be a multiple of the parent's "
        "96 (nearest: 192, 288)");
    EXPECT_EQ(why(tiling, Size::Hidden, 192), "legal");
    EXPECT_EQ(why(tiling, Size::Layers, config.shape.layers + 1),
        "layers 5: the method does not change depth, so layers must be the parent's 4 (nearest: "
        "4)");
}

} // namespace espalier
