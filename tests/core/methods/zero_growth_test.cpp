// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

using test::toyShape;
using Indices = std::vector<std::int64_t>;

TEST(ZeroGrowth, KeepsCellsInPlaceAndFillsWhatZerosRead)
{
    const auto plan = test::grow("zero-growth", toyShape(4, 6, 3, 4));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->globalMaps.at(AxisLabel::Residual).child_from_parent,
        (Indices{0, 1, 2, 3, kNothing, kNothing}));
    EXPECT_EQ(plan->blocks[0].maps.at(AxisLabel::Query).child_from_parent,
        (Indices{0, 1, 2, 3, kNothing, kNothing}));
    EXPECT_EQ(
        plan->blocks[0].maps.at(AxisLabel::Mlp).child_from_parent, (Indices{0, 1, 2, kNothing}));
    const Noise fresh{.std = 0.02, .unreachedOnly = true};
    EXPECT_EQ(plan->rules.at({Role::QkvWeight, 0}).noise, fresh);
    EXPECT_EQ(plan->rules.at({Role::MlpUpWeight, 0}).noise, fresh);
    for (const Role writer : {Role::AttentionOutWeight, Role::MlpDownWeight, Role::MlpDownBias})
        EXPECT_FALSE(plan->rules.contains({writer, 0})) << nameOf(writer);
    EXPECT_EQ(plan->rules.at({Role::MlpNormGain, 0}).noise,
        (Noise{.mean = 1, .std = 0, .unreachedOnly = true}));
}

TEST(ZeroGrowth, IsExactWhereNormsDoNotSeeTheZeros)
{
    EXPECT_FALSE(test::preserved("zero-growth", toyShape(4, 6, 3, 3)).exact);
    EXPECT_TRUE(test::preserved("zero-growth", toyShape(6, 4, 2, 5)).exact);
    const ModelConfig rms = test::groupedToyConfig();
    ModelShape shape = rms.shape;
    shape.hidden = 10;
    EXPECT_TRUE(test::preserved("zero-growth", shape, {}, rms).exact);
    const auto plan = test::grow("zero-growth", shape, {}, rms);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::MlpNormGain, 0}).scale, std::sqrt(0.4));
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::MlpDownWeight, 0}).scale, 1 / std::sqrt(0.4));
    EXPECT_EQ(plan->child.flavour.normEpsilon, rms.flavour.normEpsilon);
}

TEST(ZeroGrowth, DividedGroupsAreThereTwiceSoThatHeadsFindThem)
{
    const ModelConfig parent = test::groupedToyConfig();
    ModelShape shape = parent.shape;
    shape.kvHeads = 2;
    const auto plan = test::grow("zero-growth", shape, {}, parent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->blocks[0].maps.at(AxisLabel::Key).child_from_parent, (Indices{0, 1, 0, 1}));
}

TEST(ZeroGrowth, NewBlocksAreSilentCopiesAbove)
{
    const auto plan = test::grow("zero-growth", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(plan);
    EXPECT_EQ(test::parentBlocks(*plan), (std::vector<int>{0, 1, 2, 3, 0, 1}));
    EXPECT_TRUE(plan->rules.at({Role::AttentionOutWeight, 4}).fresh);
    EXPECT_EQ(plan->rules.size(), 8U);
}

} // namespace
} // namespace espalier
