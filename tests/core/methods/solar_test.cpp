// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;

TEST(Solar, LeavesOutTheEndsWhereTheCopiesMeet)
{
    const auto six = test::grow("solar", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(six) << six.error().message;
    EXPECT_EQ(test::parentBlocks(*six), (std::vector<int>{0, 1, 2, 1, 2, 3})) << "k = 1";
    EXPECT_EQ(test::parentBlocks(*test::grow("solar", toyShape(8, 4, 2, 3))),
        (std::vector<int>{0, 1, 2, 3, 0, 1, 2, 3}))
        << "k = 0";
}

TEST(Solar, RefusesOddDepthsAndMoreThanTwoCopies)
{
    EXPECT_EQ(test::refusal("solar", toyShape(7, 4, 2, 3)),
        "layers 7: two copies of the parent's 4 blocks lose k blocks each, so layers must be even "
        "and at most 8 (nearest: 6, 8)");
    EXPECT_NE(
        test::refusal("solar", toyShape(10, 4, 2, 3)).find("(nearest: 8)"), std::string::npos);
}

} // namespace
} // namespace espalier
