// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;

TEST(Stackbert, DoublesTheStack)
{
    const auto plan = test::grow("stackbert", toyShape(8, 4, 2, 3));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocks(*plan), (std::vector<int>{0, 1, 2, 3, 0, 1, 2, 3}));
    EXPECT_TRUE(plan->rules.empty() && plan->globalMaps.empty());
    EXPECT_TRUE(test::grow("stackbert", toyShape(16, 4, 2, 3)));
}

TEST(Stackbert, RefusesWhatDoublingDoesNotReach)
{
    EXPECT_EQ(test::refusal("stackbert", toyShape(12, 4, 2, 3)),
        "layers 12: the stack is doubled, so layers must be 1, 2 or 4 times the parent's 4 "
        "(nearest: 8, 16)");
    EXPECT_NE(test::refusal("stackbert", toyShape(6, 4, 2, 3)).find("(nearest: 4, 8)"),
        std::string::npos);
}

} // namespace
} // namespace espalier
