// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;

TEST(Interpolation, RepeatsBlocksInPlace)
{
    const auto twice = test::grow("interpolation", toyShape(8, 4, 2, 3));
    ASSERT_TRUE(twice) << twice.error().message;
    EXPECT_EQ(test::parentBlocks(*twice), (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3}));
}

TEST(Interpolation, RoundsDownWhereTheDepthIsNoMultiple)
{
    const auto six = test::grow("interpolation", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(six);
    EXPECT_EQ(test::parentBlocks(*six), (std::vector<int>{0, 0, 1, 2, 2, 3}))
        << "floor of 0, 2/3, 4/3, 2, 8/3, 10/3";
}

} // namespace
} // namespace espalier
