// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;

TEST(RandomGrowth, FillsNewCellsFromTheFamilysScheme)
{
    const auto plan = test::grow("random-growth", toyShape(4, 6, 3, 4));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(
        plan->rules.at({Role::QkvWeight, 0}).noise, (Noise{.std = 0.02, .unreachedOnly = true}));
    EXPECT_EQ(
        plan->rules.at({Role::MlpNormGain, 0}).noise, (Noise{.mean = 1, .unreachedOnly = true}));
    EXPECT_EQ(plan->rules.at({Role::TokenEmbedding, -1}).noise,
        (Noise{.std = 0.02, .unreachedOnly = true}));
}

TEST(RandomGrowth, NewBlocksAreFreshAndAbove)
{
    const auto plan = test::grow("random-growth", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocks(*plan), (std::vector<int>{0, 1, 2, 3, -1, -1}));
    EXPECT_TRUE(plan->rules.at({Role::MlpUpWeight, 5}).fresh);
    EXPECT_FALSE(plan->rules.contains({Role::MlpUpWeight, 3})
        && plan->rules.at({Role::MlpUpWeight, 3}).noise);
    EXPECT_FALSE(test::preserved("random-growth", toyShape(6, 4, 2, 3)).exact);
}

} // namespace
} // namespace espalier
