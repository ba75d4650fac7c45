// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/keep_depth.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {

namespace {

using Blocks = std::vector<std::int64_t>;

Result<Blocks> blocksOfToy(
    std::int64_t layers, const DepthRule& rule, const Measurements& measurements)
{
    const PlanRequest request{.parent = test::toyConfig(),
        .childShape = test::toyShape(layers, 4, 2, 3),
        .measurements = &measurements};
    return chooseBlocks(request, rule);
}

} // namespace

TEST(KeepDepth, RemovesBlocksFromTheMiddleAsGpt2LargeToMediumDoes)
{
    const Blocks blocks = keepBlocks(Depth::Middle, 36, 24);
    EXPECT_EQ(blocks.front(), 0);
    EXPECT_EQ(blocks[11], 11);
    EXPECT_EQ(blocks[12], 24);
    EXPECT_EQ(blocks.back(), 35);
    EXPECT_EQ(keepBlocks(Depth::Middle, 8, 5), (Blocks{0, 1, 2, 6, 7}));
}

TEST(KeepDepth, TheOtherRulesThatLookAtNothing)
{
    EXPECT_EQ(keepBlocks(Depth::First, 5, 2), (Blocks{0, 1}));
    EXPECT_EQ(keepBlocks(Depth::Last, 5, 2), (Blocks{3, 4}));
    EXPECT_EQ(keepBlocks(Depth::Uniform, 5, 3), (Blocks{0, 2, 4}));
    EXPECT_EQ(keepBlocks(Depth::Uniform, 5, 1), (Blocks{0}));
    EXPECT_EQ(keepBlocks(Depth::Deepest, 5, 3), (Blocks{0, 1, 4})) << "the last stays";
    EXPECT_EQ(keepBlocks(Depth::Deepest, 5, 1), (Blocks{4}));
}

TEST(KeepDepth, DropsTheLowestScoresButNeverTheProtectedEnds)
{
    const std::vector<double> scores{0.1, 0.9, 0.2, 0.3, 0.0};
    EXPECT_EQ(
        keepBlocksByScore(scores, 3, {.protectFirst = 1, .protectLast = 1}), (Blocks{0, 1, 4}));
    EXPECT_EQ(keepBlocksByScore(scores, 3, {}), (Blocks{1, 2, 3}));
    EXPECT_EQ(keepBlocksByScore(scores, 3, {.protectFirst = 2}), (Blocks{0, 1, 3}));
    EXPECT_EQ(keepBlocksByScore(scores, 2, {.protectFirst = 5}), (Blocks{0, 1}))
        << "nothing else remains";
}

TEST(KeepDepth, TiesGoToTheEarlierBlockAndNaNIsNotLow)
{
    EXPECT_EQ(keepBlocksByScore({1, 1, 1, 1}, 2, {}), (Blocks{0, 1}));
    EXPECT_EQ(keepBlocksByScore({3, 1, std::nan(""), 2}, 2, {}), (Blocks{0, 2}));
}

TEST(KeepDepth, EveryMeasuredRuleReadsItsOwnNumbers)
{
    Measurements m = test::toyMeasurements();
    m.blockInfluence_L = {0.1, 0.5, 0.4, 0.3};
    m.lossRemoved_L = {9, 2, 3, 1};
    const auto kept = [&](Depth depth) {
        return *blocksOfToy(3, {.depth = depth}, m);
    };
    EXPECT_EQ(kept(Depth::LowestChange), (Blocks{0, 1, 3}));
    EXPECT_EQ(kept(Depth::LowestInfluence), (Blocks{1, 2, 3}));
    EXPECT_EQ(kept(Depth::LowestLoss), (Blocks{0, 1, 2}));
    EXPECT_EQ(kept(Depth::LowestScore), (Blocks{0, 1, 2}))
        << "heads sum to 10, 9, 10, 9, units to 1.5 each; of the two nines the earlier stays";
}

TEST(KeepDepth, TheBestRunHasTheMostAlikeEnds)
{
    Measurements m = test::toyMeasurements();
    const double none = std::nan("");
    m.angularDistance_NL = test::matrixOf(4, 4,
        {0.4, 0.3, 0.2, 0.1, // one block away
            0.5, 0.1, 0.2, none, // two
            0.6, 0.7, none, none, // three
            0.8, none, none, none});
    const auto kept = [&](std::int64_t layers, std::int64_t protectLast) {
        return *blocksOfToy(layers, {.depth = Depth::BestRun, .protectLast = protectLast}, m);
    };
    EXPECT_EQ(kept(3, 0), (Blocks{0, 1, 2}));
    EXPECT_EQ(kept(3, 1), (Blocks{0, 1, 3})) << "block 3 is protected";
    EXPECT_EQ(kept(2, 0), (Blocks{0, 3}));
    EXPECT_EQ(kept(1, 0), (Blocks{3}));
    EXPECT_EQ(kept(1, 9), (Blocks{3})) << "no run leaves nine blocks alone";
}

TEST(KeepDepth, GreedyTakesAwayInTheMeasuredOrder)
{
    Measurements m = test::toyMeasurements();
    m.greedyRemoval_L = {2, 0, 1};
    EXPECT_EQ(*blocksOfToy(2, {.depth = Depth::Greedy}, m), (Blocks{1, 3}));
    m.greedyRemoval_L = {2};
    const auto missing = blocksOfToy(2, {.depth = Depth::Greedy}, m);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message,
        "measurements: found no order in which 2 blocks go, measure greedy-removal");
    m.greedyRemoval_L = {2, 7};
    EXPECT_FALSE(blocksOfToy(2, {.depth = Depth::Greedy}, m));
}

TEST(KeepDepth, MissingOrForeignNumbersAreRefusedNamingWhatToMeasure)
{
    Measurements m = test::toyMeasurements();
    const auto missing = blocksOfToy(2, {.depth = Depth::LowestInfluence}, m);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message,
        "measurements: found no numbers of blocks, measure block-influence");
    m.blockInfluence_L = {1, 2, 3};
    EXPECT_EQ(blocksOfToy(2, {.depth = Depth::LowestInfluence}, m).error().message,
        "measurements: block-influence holds 3 values, the parent needs 4");
    EXPECT_EQ(blocksOfToy(2, {.depth = Depth::BestRun}, m).error().message,
        "measurements: found no angular distances, measure angular-distance");
    EXPECT_EQ(blocksOfToy(2, {.depth = Depth::LowestScore, .metric = "taylor"}, m).error().message,
        "measurements: found no scores by taylor, measure taylor");
}

TEST(KeepDepth, AllBlocksNeedNoMeasurements)
{
    EXPECT_EQ(*blocksOfToy(4, {.depth = Depth::Greedy}, Measurements{}), (Blocks{0, 1, 2, 3}));
}

TEST(KeepDepth, TaylorScoresNeedGradients)
{
    MethodNeeds needs;
    addNeeds(needs, {.depth = Depth::LowestScore, .metric = "taylor"});
    EXPECT_EQ(needs.measurements, (std::vector<std::string_view>{"taylor"}));
    EXPECT_TRUE(needs.gradients);
}

} // namespace espalier
