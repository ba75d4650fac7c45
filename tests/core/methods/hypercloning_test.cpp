// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

using test::toyShape;
using Indices = std::vector<std::int64_t>;

TEST(Hypercloning, TilesEveryAxisAndDividesReadersByTheTiles)
{
    const auto plan = test::grow("hypercloning", toyShape(4, 8, 4, 9));
    ASSERT_TRUE(plan) << plan.error().message;
    const AxisMap& residual = plan->globalMaps.at(AxisLabel::Residual);
    EXPECT_EQ(residual.child_from_parent, (Indices{0, 1, 2, 3, 0, 1, 2, 3}));
    EXPECT_EQ(residual.readWeight, std::vector<double>(8, 0.5));
    const auto& maps = plan->blocks.at(2).maps;
    EXPECT_EQ(maps.at(AxisLabel::Query).child_from_parent, (Indices{0, 1, 2, 3, 0, 1, 2, 3}));
    EXPECT_EQ(maps.at(AxisLabel::Mlp).child_from_parent, (Indices{0, 1, 2, 0, 1, 2, 0, 1, 2}));
    EXPECT_EQ(plan->rules.at({Role::FinalNormGain, -1}).scale, 0.5);
    EXPECT_EQ(plan->rules.at({Role::FinalNormBias, -1}).scale, 0.5);
    EXPECT_EQ(plan->rules.size(), 2U);
}

TEST(Hypercloning, AnOwnHeadDividesByItself)
{
    ModelConfig parent = test::toyConfig();
    parent.flavour.tiedHead = false;
    const auto plan = test::grow("hypercloning", toyShape(4, 8, 4, 6), {}, parent);
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->rules.empty());
    const ParameterPlan head = resolve(*plan, {Role::HeadWeight, -1});
    EXPECT_EQ(head.terms.at(0).maps.at(1).at(0)->weightOf(3, head.child.dims[1].side), 0.5);
}

TEST(Hypercloning, ASingleKeyValueGroupMayStaySingle)
{
    const ModelConfig parent = test::groupedToyConfig();
    ModelShape shape = parent.shape;
    shape.hidden = 8;
    shape.heads = 4;
    const auto plan = test::grow("hypercloning", shape, {}, parent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->blocks[0].maps.at(AxisLabel::Key), AxisMap::identity(2));
    EXPECT_EQ(plan->blocks[0].maps.at(AxisLabel::Query).child_from_parent,
        (Indices{0, 1, 2, 3, 0, 1, 2, 3}));
}

TEST(Hypercloning, NoiseIsGivenInDecibels)
{
    const auto plan =
        test::grow("hypercloning", toyShape(4, 8, 4, 6), {{"noise", std::string("balanced")}});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->rules.at({Role::QkvWeight, 3}).noise,
        (Noise{.std = std::pow(10.0, -0.5), .relative = true, .balanced = true}))
        << "10 dB";
    EXPECT_FALSE(plan->rules.contains({Role::TokenEmbedding, -1}));
    EXPECT_TRUE(
        test::preserved("hypercloning", toyShape(4, 8, 4, 6), {{"noise", std::string("balanced")}})
            .exact);
}

TEST(Hypercloning, ReachesWholeMultiplesAlone)
{
    EXPECT_EQ(test::refusal("hypercloning", toyShape(4, 6, 3, 3)),
        "hidden 6: the method repeats whole axes, so hidden must be a multiple of the parent's 4 "
        "(nearest: 4, 8)");
    EXPECT_NE(
        test::refusal("hypercloning", toyShape(5, 8, 4, 6)).find("layers 5"), std::string::npos);
}

} // namespace
} // namespace espalier
