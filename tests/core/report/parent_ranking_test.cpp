// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/parent_ranking.h"

#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(ParentRanking, FitComparesParametersHeadsAndDepth)
{
    const ParentFit same = fitOf("toy", test::toyConfig(), test::toyConfig().shape);
    EXPECT_DOUBLE_EQ(same.keptParameters, 1);
    EXPECT_TRUE(same.sameHeadDim);
    EXPECT_DOUBLE_EQ(same.depthRatio, 1);
    const ParentFit half = fitOf("toy", test::toyConfig(), test::toyShape(2, 4, 2, 3));
    EXPECT_DOUBLE_EQ(half.depthRatio, 0.5);
    EXPECT_LT(half.keptParameters, 1);
    EXPECT_GT(half.keptParameters, 0.5) << "embeddings stay";
}

TEST(ParentRanking, NearestShapeFirstAndWhatCannotWorkLast)
{
    const auto ranked =
        rankedParents({{.parent = "other heads", .keptParameters = 1, .depthRatio = 1},
            {.parent = "broken",
                .problem = "no",
                .keptParameters = 1,
                .sameHeadDim = true,
                .depthRatio = 1},
            {.parent = "far", .keptParameters = 0.2, .sameHeadDim = true, .depthRatio = 1},
            {.parent = "near", .keptParameters = 0.8, .sameHeadDim = true, .depthRatio = 0.9}});
    std::vector<std::string> order;
    for (const ParentFit& fit : ranked)
        order.push_back(fit.parent);
    EXPECT_EQ(order, (std::vector<std::string>{"near", "far", "other heads", "broken"}));
}

} // namespace
} // namespace espalier
