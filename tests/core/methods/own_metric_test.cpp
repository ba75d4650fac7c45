// SPDX-License-Identifier: GPL-3.0-or-later
//
// Methods that keep what one metric of their own scores highest: magnitude, Wanda.

#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Indices = std::vector<std::int64_t>;
using Blocks = std::vector<int>;

struct OwnMetric
{
    const char* method;
    std::string metric;
};

class OwnMetricMethods : public ::testing::TestWithParam<OwnMetric>
{
};

TEST_P(OwnMetricMethods, KeepWhatItScoresHighest)
{
    const auto& [method, metric] = GetParam();
    Measurements m = test::everythingMeasured();
    ChannelScores& scores = m.scores.at(metric);
    scores.mlp_LM = test::matrixOf(4, 3, {1, 2, 3, 3, 2, 1, 1, 3, 2, 9, 9, 9});
    const auto plan = test::planOfToy(method, test::toyShape(2, 2, 1, 2), m);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::streamOf(*plan), (Indices{0, 2}));
    EXPECT_EQ(test::keptIn(*plan, 0, AxisLabel::Mlp), (Indices{1, 2}));
    EXPECT_EQ(test::keptIn(*plan, 1, AxisLabel::Mlp), (Indices{0, 1})) << "ties go to the lower";
    EXPECT_EQ(test::parentBlocksOf(*plan), (Blocks{0, 3})) << "without the middle";
    EXPECT_TRUE(plan->rules.empty()) << "no scale";
}

TEST_P(OwnMetricMethods, AskForItWhereItWasNotMeasured)
{
    const auto& [method, metric] = GetParam();
    const auto missing =
        test::planOfToy(method, test::toyShape(2, 2, 1, 2), test::toyMeasurements());
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message,
        "measurements: found no scores by " + metric + ", measure " + metric);
}

INSTANTIATE_TEST_SUITE_P(All, OwnMetricMethods,
    ::testing::Values(OwnMetric{"magnitude", "weight-norm"}, OwnMetric{"wanda", "wanda"}),
    [](const auto& each) { return each.param.method; });

} // namespace espalier
