// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;

TEST(Fpi, StacksTheWidenedModelAndTakesTheRestFromTheTop)
{
    const auto plan = test::grow("fpi", toyShape(10, 8, 4, 6));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocks(*plan), (std::vector<int>{0, 1, 2, 3, 0, 1, 2, 3, 2, 3}));
    EXPECT_EQ(plan->blocks[1].maps, plan->blocks[5].maps) << "copies are widened alike";
}

TEST(Fpi, PreservesWidthWithEqualCopiesButNotDepth)
{
    EXPECT_TRUE(test::preserved("fpi", toyShape(4, 8, 4, 5)).exact);
    EXPECT_FALSE(test::preserved("fpi", toyShape(4, 6, 3, 3)).exact);
    EXPECT_FALSE(test::preserved("fpi", toyShape(8, 8, 4, 6)).exact);
}

} // namespace
} // namespace espalier
