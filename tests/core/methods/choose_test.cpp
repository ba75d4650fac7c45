// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/choose.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace espalier {

using Indices = std::vector<std::int64_t>;

TEST(Choose, HighestKeepsTheLargestScoresInTheParentsOrder)
{
    EXPECT_EQ(highest({0.1, 5, 0.3, 4}, 2), (Indices{1, 3}));
}

TEST(Choose, TiesGoToTheLowerIndexAndNaNRanksLast)
{
    EXPECT_EQ(highest({1, 1, 1}, 2), (Indices{0, 1}));
    EXPECT_EQ(highest({std::nan(""), 0, -std::numeric_limits<double>::infinity(), 1}, 2),
        (Indices{1, 3}));
}

TEST(Choose, StridesEvenlyWhenTheRatioIsWhole)
{
    EXPECT_EQ(strided(8, 4), (Indices{0, 2, 4, 6}));
}

TEST(Choose, StridesByRoundedLinspaceOtherwise)
{
    EXPECT_EQ(strided(7, 3), (Indices{0, 3, 6}));
    EXPECT_EQ(strided(4, 3), (Indices{0, 2, 3})) << "1.5 rounds half to even, to 2";
    EXPECT_EQ(strided(5, 1), (Indices{0}));
}

TEST(Choose, RandomSubsetIsAscendingDistinctAndReproducible)
{
    const Indices chosen = randomSubset(100, 20, {7});
    EXPECT_EQ(chosen, randomSubset(100, 20, {7}));
    EXPECT_NE(chosen, randomSubset(100, 20, {8}));
    for (std::size_t i = 1; i < chosen.size(); ++i)
        EXPECT_LT(chosen[i - 1], chosen[i]);
}

TEST(Choose, KeepingEverythingIsTheIdentity)
{
    EXPECT_EQ(keep(3, {0, 1, 2}), AxisMap::identity(3));
    EXPECT_EQ(keep(3, {0, 2}).kind, AxisMap::Kind::Select);
}

TEST(Choose, RemovesBlocksFromTheMiddleAsGpt2LargeToMediumDoes)
{
    const Indices blocks = keepBlocks("middle", 36, 24);
    EXPECT_EQ(blocks.front(), 0);
    EXPECT_EQ(blocks[11], 11);
    EXPECT_EQ(blocks[12], 24);
    EXPECT_EQ(blocks.back(), 35);
    EXPECT_EQ(keepBlocks("middle", 8, 5), (Indices{0, 1, 2, 6, 7}));
}

TEST(Choose, TheOtherBlockRules)
{
    EXPECT_EQ(keepBlocks("first", 5, 2), (Indices{0, 1}));
    EXPECT_EQ(keepBlocks("last", 5, 2), (Indices{3, 4}));
    EXPECT_EQ(keepBlocks("uniform", 5, 3), (Indices{0, 2, 4}));
    EXPECT_EQ(keepBlocks("uniform", 5, 1), (Indices{0}));
}

TEST(Choose, DropsTheLowestScoresButNeverTheProtectedEnds)
{
    EXPECT_EQ(keepBlocksByScore({0.1, 0.9, 0.2, 0.3, 0.0}, 3, 1), (Indices{0, 1, 4}));
    EXPECT_EQ(keepBlocksByScore({0.1, 0.9, 0.2, 0.3, 0.0}, 3, 0), (Indices{1, 2, 3}));
}

} // namespace espalier
