// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/choose.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

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

TEST(Choose, StridesAreThePublishedOnesOnTheUsualWidths)
{
    for (const auto& [n, kept] : {std::pair<std::int64_t, std::int64_t>{1024, 768}, {768, 512},
             {384, 224}, {1152, 672}, {768, 640}}) {
        const Indices indices = strided(n, kept);
        for (std::int64_t j = 0; j < kept; ++j) {
            // round(linspace(0, n - 1, kept))[j] in whole numbers; no half occurs on these pairs
            const std::int64_t twice = 2 * j * (n - 1);
            ASSERT_NE(twice % (2 * (kept - 1)), kept - 1) << "half way";
            EXPECT_EQ(indices[static_cast<std::size_t>(j)], (twice + kept - 1) / (2 * (kept - 1)))
                << n << " to " << kept << " at " << j;
        }
    }
}

} // namespace espalier
