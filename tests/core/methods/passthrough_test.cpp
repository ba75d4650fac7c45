// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;
using Indices = std::vector<std::int64_t>;

Options slices(Indices blocks, double repeatScale = 1)
{
    return {{"blocks", std::move(blocks)}, {"repeat-scale", repeatScale}};
}

TEST(Passthrough, TakesBlocksAsListed)
{
    const auto plan = test::grow("passthrough", toyShape(6, 4, 2, 3), slices({0, 1, 2, 1, 2, 3}));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocks(*plan), (std::vector<int>{0, 1, 2, 1, 2, 3}));
    EXPECT_TRUE(plan->rules.empty());
    EXPECT_TRUE(test::grow("passthrough", toyShape(2, 4, 2, 3), slices({3, 0})));
}

TEST(Passthrough, ScalesWhatRepeatsAddToTheStream)
{
    const auto plan = test::grow("passthrough", toyShape(5, 4, 2, 3), slices({0, 1, 1, 2, 3}, 0.5));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->rules.at({Role::MlpDownWeight, 2}).scale, 0.5);
    EXPECT_EQ(plan->rules.at({Role::AttentionOutBias, 2}).scale, 0.5);
    EXPECT_EQ(plan->rules.size(), 4U) << "block 1 is the first of the two";
}

TEST(Passthrough, SilentRepeatsInOrderKeepTheFunction)
{
    const ModelShape five = toyShape(5, 4, 2, 3);
    EXPECT_TRUE(test::preserved("passthrough", five, slices({0, 1, 1, 2, 3}, 0)).exact);
    EXPECT_EQ(test::preserved("passthrough", five, slices({0, 2, 1, 2, 3}, 0)).reason,
        "blocks are left out or in another order");
    EXPECT_EQ(test::preserved("passthrough", five, slices({0, 1, 1, 2, 2}, 0)).reason,
        "blocks are left out");
    EXPECT_FALSE(test::preserved("passthrough", five, slices({0, 1, 1, 2, 3}, 0.5)).exact);
}

TEST(Passthrough, RefusesListsThatDoNotFit)
{
    EXPECT_EQ(test::refusal("passthrough", toyShape(6, 4, 2, 3), slices({0, 1})),
        "blocks: lists 2 parent blocks, the destination has 6 layers");
    EXPECT_EQ(test::refusal("passthrough", toyShape(2, 4, 2, 3), slices({0, 4})),
        "blocks: found block 4, wanted blocks 0 to 3 of the parent");
}

} // namespace
} // namespace espalier
