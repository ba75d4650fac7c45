// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;

TEST(Duplication, RepeatsTheBlocksThatChangeTheStreamLeast)
{
    const auto six = test::grow("duplication", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(six) << six.error().message;
    EXPECT_EQ(test::parentBlocks(*six), (std::vector<int>{0, 1, 1, 2, 2, 3}))
        << "changes are 0.9, 0.3, 0.2, 0.5";
}

TEST(Duplication, BeyondTwiceTheDepthEveryBlockIsThereTwice)
{
    const auto nine = test::grow("duplication", toyShape(9, 4, 2, 3));
    ASSERT_TRUE(nine);
    EXPECT_EQ(test::parentBlocks(*nine), (std::vector<int>{0, 0, 1, 1, 2, 2, 2, 3, 3}));
}

TEST(Duplication, NeedsTheMeasurementOfThisParent)
{
    const PlanRequest without{
        .parent = test::toyConfig(), .childShape = toyShape(6, 4, 2, 3), .options = {}};
    EXPECT_FALSE(makePlan(*findMethod("duplication"), without));
    Measurements other = test::toyMeasurements();
    other.change_L = {1, 2};
    PlanRequest wrong = without;
    wrong.measurements = &other;
    const auto refused = makePlan(*findMethod("duplication"), wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "measurements: change holds 2 values, the parent needs 4");
}

} // namespace
} // namespace espalier
