// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Blocks = std::vector<int>;

TEST(Inheritune, KeepsTheFirstBlocks)
{
    const auto plan = test::planOfToy("inheritune", test::toyShape(3, 4, 2, 3), {});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocksOf(*plan), (Blocks{0, 1, 2}));
    EXPECT_TRUE(plan->rules.empty());
}

} // namespace espalier
