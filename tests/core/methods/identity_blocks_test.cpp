// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/grow_depth.h"
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;

TEST(IdentityBlocks, StandBehindBlocksAtEvenDistances)
{
    const auto six = test::grow("identity-blocks", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(six) << six.error().message;
    EXPECT_EQ(test::parentBlocks(*six), (std::vector<int>{0, 1, 1, 2, 3, 3}));
    const auto ofLlamaPro = insertBlocks(32, 40);
    EXPECT_EQ(ofLlamaPro.at(4), 3) << "a copy behind every fourth block";
    EXPECT_EQ(ofLlamaPro.at(39), 31);
    EXPECT_EQ(insertBlocks(2, 7), (std::vector<std::int64_t>{0, 0, 0, 1, 1, 1, 1}));
}

TEST(IdentityBlocks, WriteNothing)
{
    const auto six = test::grow("identity-blocks", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(six);
    const ParameterRule zero{.fresh = true, .noise = Noise{.mean = 0, .std = 0}};
    for (const Role role : {Role::AttentionOutWeight, Role::AttentionOutBias, Role::MlpDownWeight,
             Role::MlpDownBias}) {
        EXPECT_EQ(six->rules.at({role, 2}), zero) << nameOf(role);
        EXPECT_FALSE(six->rules.contains({role, 1})) << nameOf(role);
    }
    EXPECT_EQ(six->rules.size(), 8U);
}

TEST(IdentityBlocks, UnderSandwichNormsTheNormsBehindAreZero)
{
    ModelConfig parent = test::groupedToyConfig();
    parent.family = "gemma2";
    parent.flavour.layout = BlockLayout::Sandwich;
    parent.flavour.normGainOffset = 1;
    ModelShape five = parent.shape;
    five.layers = 5;
    const auto plan = test::grow("identity-blocks", five, {}, parent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->rules.at({Role::MlpPostNormGain, 4}).noise, (Noise{.mean = -1, .std = 0}));
    EXPECT_FALSE(plan->rules.contains({Role::MlpDownWeight, 4}));
    EXPECT_TRUE(test::preserved("identity-blocks", five, {}, parent).exact);
}

TEST(IdentityBlocks, AreNoIdentitiesUnderPostNorm)
{
    ModelConfig parent = test::toyConfig();
    parent.flavour.layout = BlockLayout::PostNorm;
    const Preservation found = test::preserved("identity-blocks", toyShape(6, 4, 2, 3), {}, parent);
    EXPECT_FALSE(found.exact);
    EXPECT_NE(found.reason.find("post-norm"), std::string::npos);
    EXPECT_TRUE(test::preserved("identity-blocks", toyShape(6, 4, 2, 3)).exact);
}

} // namespace
} // namespace espalier
