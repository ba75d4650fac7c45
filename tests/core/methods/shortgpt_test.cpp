// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Blocks = std::vector<int>;

TEST(Shortgpt, RemovesTheBlocksOfLeastInfluence)
{
    const Measurements m = test::everythingMeasured();
    const auto plan = test::planOfToy("shortgpt", test::toyShape(2, 4, 2, 3), m);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocksOf(*plan), (Blocks{0, 3}));
    EXPECT_TRUE(plan->rules.empty());
}

TEST(Shortgpt, LeavesTheWidthAlone)
{
    EXPECT_FALSE(
        test::planOfToy("shortgpt", test::toyShape(2, 2, 1, 2), test::everythingMeasured()));
}

} // namespace espalier
