// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/plan_difference.h"

#include "core/methods/catalog.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TransferPlan half(const char* order)
{
    const Measurements measurements = test::toyMeasurements();
    return *makePlan(*findMethod("subcloning"),
        {.parent = test::toyConfig(),
            .childShape = test::toyShape(2, 2, 1, 2),
            .measurements = &measurements,
            .options = {{"order", std::string(order)}}});
}

TEST(PlanDifference, CountsTheChannelsThatBothKeep)
{
    const PlanDifference difference = planDifference(half("importance"), half("first"));
    EXPECT_EQ(difference.sharedChannels, 1) << "{0, 2} and {0, 1}";
    EXPECT_EQ(difference.onlyFirst, 1);
    EXPECT_EQ(difference.onlySecond, 1);
    EXPECT_EQ(difference.firstBlocks, "0 3");
}

TEST(PlanDifference, AFreshStartUsesNothing)
{
    const auto fresh = makePlan(*findMethod("random"),
        {.parent = test::toyConfig(), .childShape = test::toyShape(2, 2, 1, 2)});
    const PlanDifference difference = planDifference(half("first"), *fresh);
    EXPECT_EQ(difference.sharedChannels, 0);
    EXPECT_EQ(difference.onlyFirst, 2);
    EXPECT_EQ(difference.secondBlocks, "all fresh");
}

TEST(WeightDifference, OfAWeightAndItsDoubleIsPerfectlyCorrelated)
{
    const WeightMatrix weight{.rows = 1, .columns = 4, .values = {-1, 1, -1, 1}};
    const WeightMatrix doubled{.rows = 1, .columns = 4, .values = {-2, 2, -2, 2}};
    const WeightDifference difference = weightDifference(weight, doubled);
    EXPECT_DOUBLE_EQ(difference.firstStd, 1);
    EXPECT_DOUBLE_EQ(difference.secondStd, 2);
    EXPECT_DOUBLE_EQ(*difference.correlation, 1);
    EXPECT_DOUBLE_EQ(*difference.equalShare, 0);
    const WeightMatrix other{.rows = 2, .columns = 2, .values = {1, 2, 3, 4}};
    EXPECT_FALSE(weightDifference(weight, other).correlation) << "other sizes";
}

} // namespace
} // namespace espalier
