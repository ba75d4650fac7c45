// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Indices = std::vector<std::int64_t>;
using Blocks = std::vector<int>;

TEST(Minitron, RanksTheStreamBehindNormsAndHeadsByTheirL2)
{
    Measurements m = test::everythingMeasured();
    ChannelScores& scores = m.scores.at("minitron");
    scores.attentionNorm_LD =
        test::matrixOf(4, 4, {0, 5, 0, 9, 0, 5, 0, 9, 0, 5, 0, 9, 0, 5, 0, 9});
    scores.mlpNorm_LD = test::matrixOf(4, 4, std::vector<double>(16, 1.0));
    scores.context_LC = test::matrixOf(4, 4, {3, 3, 5, 0, 3, 3, 4, 0, 3, 3, 5, 0, 3, 3, 5, 0});
    const auto plan = test::planOfToy("minitron", test::toyShape(4, 2, 1, 2), m);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::streamOf(*plan), (Indices{1, 3}));
    EXPECT_EQ(test::keptIn(*plan, 0, AxisLabel::Query), (Indices{2, 3})) << "5 against 4.24";
    EXPECT_EQ(test::keptIn(*plan, 1, AxisLabel::Query), (Indices{0, 1})) << "4 against 4.24";
    EXPECT_TRUE(plan->rules.empty()) << "no scale";
}

TEST(Minitron, RemovesTheBlocksOfLeastInfluenceOrLoss)
{
    const Measurements m = test::everythingMeasured();
    const ModelShape three = test::toyShape(3, 4, 2, 3);
    EXPECT_EQ(test::parentBlocksOf(*test::planOfToy("minitron", three, m)), (Blocks{0, 2, 3}));
    EXPECT_EQ(test::parentBlocksOf(
                  *test::planOfToy("minitron", three, m, {{"depth", std::string("lowest-loss")}})),
        (Blocks{0, 1, 3}));
}

} // namespace espalier
