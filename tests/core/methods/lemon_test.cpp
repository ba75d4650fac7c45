// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

using test::toyShape;
using Indices = std::vector<std::int64_t>;
using Weights = std::vector<double>;

Options equalShares()
{
    return {{"split", std::string("equal")}, {"free-columns", false}};
}

TEST(Lemon, PadsTheStreamWithItsMeanUnderLayerNorm)
{
    const auto plan = test::grow("lemon", toyShape(4, 10, 5, 3), equalShares());
    ASSERT_TRUE(plan) << plan.error().message;
    const AxisMap& residual = plan->globalMaps.at(AxisLabel::Residual);
    EXPECT_EQ(
        residual.child_from_parent, (Indices{0, 1, 2, 3, 0, 1, 2, 3, kMeanOfAxis, kMeanOfAxis}));
    EXPECT_EQ(residual.readWeight, (Weights{.5, .5, .5, .5, .5, .5, .5, .5, 0, 0}));
    const double eta = std::sqrt(0.8);
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::MlpNormGain, 2}).scale, eta);
    for (const Role writer :
        {Role::AttentionOutWeight, Role::AttentionOutBias, Role::MlpDownWeight, Role::MlpDownBias})
        EXPECT_DOUBLE_EQ(plan->rules.at({writer, 2}).scale, 1 / eta) << nameOf(writer);
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::TokenEmbedding, -1}).scale, 1 / eta);
    EXPECT_EQ(plan->child.flavour.normEpsilon, 1e-5) << "which every config can state";
    EXPECT_EQ(plan->rules.at({Role::MlpNormBias, 2}).maps.at(AxisLabel::Residual).child_from_parent,
        (Indices{0, 1, 2, 3, 0, 1, 2, 3, kNothing, kNothing}));
    EXPECT_EQ(plan->rules.at({Role::FinalNormGain, -1}).face, Side::Read)
        << "a tied head cannot divide by the copies itself";
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::FinalNormGain, -1}).scale, eta * eta)
        << "nor by what multiplies the embedding";
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::FinalNormBias, -1}).scale, eta);
}

TEST(Lemon, PadsTheStreamWithZerosUnderRootMeanSquares)
{
    const ModelConfig parent = test::groupedToyConfig();
    ModelShape shape = parent.shape;
    shape.hidden = 6;
    const auto plan = test::grow("lemon", shape, equalShares(), parent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->globalMaps.at(AxisLabel::Residual).child_from_parent,
        (Indices{0, 1, 2, 3, kNothing, kNothing}));
    const ParameterRule& gain = plan->rules.at({Role::MlpNormGain, 0});
    EXPECT_DOUBLE_EQ(gain.scale, std::sqrt(4.0 / 6.0));
    EXPECT_EQ(gain.noise, (Noise{.mean = 1, .std = 0, .unreachedOnly = true}))
        << "a gain of zero on a channel of zeros would never learn";
}

TEST(Lemon, LeavesHeadNormsAlone)
{
    ModelConfig parent = test::groupedToyConfig();
    parent.family = "qwen3";
    parent.flavour.queryKeyNorm = true;
    ModelShape shape = parent.shape;
    shape.hidden = 6;
    const auto plan = test::grow("lemon", shape, equalShares(), parent);
    ASSERT_TRUE(plan) << plan.error().message;
    for (const AxisLabel label : {AxisLabel::Query, AxisLabel::Key})
        EXPECT_EQ(plan->blocks[0].maps.at(label).kind, AxisMap::Kind::Identity) << nameOf(label);
    EXPECT_FALSE(plan->rules.contains({Role::QueryNormGain, 0}));
}

TEST(Lemon, RandomSharesOfCopiesSumToOne)
{
    const auto plan = test::grow("lemon", toyShape(4, 8, 4, 6));
    ASSERT_TRUE(plan) << plan.error().message;
    for (const AxisMap& map : {plan->globalMaps.at(AxisLabel::Residual),
             plan->blocks[0].maps.at(AxisLabel::Mlp), plan->blocks[0].maps.at(AxisLabel::Context)})
        for (std::int64_t parent = 0; parent < map.parentLength; ++parent) {
            const auto first = static_cast<std::size_t>(parent);
            const auto second = static_cast<std::size_t>(parent + map.parentLength);
            EXPECT_NEAR(map.readWeight[first] + map.readWeight[second], 1, 1e-12);
            EXPECT_NE(map.readWeight[first], map.readWeight[second]);
        }
}

TEST(Lemon, FreeColumnsAreRandomWhereNothingIsRead)
{
    const auto plan = test::grow("lemon", toyShape(4, 6, 3, 3));
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->rules.at({Role::QkvWeight, 0}).noise,
        (Noise{.std = 1, .relative = true, .unreachedOnly = true}));
    EXPECT_FALSE(plan->rules.at({Role::MlpDownWeight, 0}).noise);
}

TEST(Lemon, GrowsDepthByIdentityBlocks)
{
    const auto plan = test::grow("lemon", toyShape(6, 4, 2, 3));
    ASSERT_TRUE(plan);
    EXPECT_EQ(test::parentBlocks(*plan), (std::vector<int>{0, 1, 1, 2, 3, 3}));
    EXPECT_TRUE(plan->rules.at({Role::MlpDownWeight, 2}).fresh);
    EXPECT_EQ(plan->child.flavour.normEpsilon, 1e-5);
}

TEST(Lemon, RefusesPostNormUnlessTheStreamIsWholeCopies)
{
    ModelConfig parent = test::toyConfig();
    parent.flavour.layout = BlockLayout::PostNorm;
    EXPECT_EQ(test::refusal("lemon", toyShape(4, 6, 3, 3), {}, parent),
        "hidden 6: norms stand on the stream itself (post-norm), which must be whole copies, so "
        "hidden must be a multiple of the parent's 4 (nearest: 4, 8)");
    EXPECT_EQ(test::refusal("lemon", toyShape(4, 8, 4, 3), {}, parent), "");
    EXPECT_FALSE(test::preserved("lemon", toyShape(5, 8, 4, 3), {}, parent).exact);
}

TEST(Lemon, TakesLayerScaleIntoTheRowsThatWriteAMean)
{
    ModelConfig parent = test::toyConfig();
    parent.flavour.layerScale = true;
    const auto plan = test::grow("lemon", toyShape(4, 6, 3, 3), equalShares(), parent);
    ASSERT_TRUE(plan) << plan.error().message;
    for (const Role writer : {Role::MlpDownWeight, Role::MlpDownBias})
        EXPECT_EQ(plan->rules.at({writer, 1}).foldedGain, Role::MlpScale) << nameOf(writer);
    const ParameterRule& scale = plan->rules.at({Role::MlpScale, 1});
    EXPECT_TRUE(scale.fresh);
    EXPECT_EQ(scale.noise, (Noise{.mean = 1, .std = 0}));
    const auto whole = test::grow("lemon", toyShape(4, 8, 4, 3), equalShares(), parent);
    ASSERT_TRUE(whole);
    EXPECT_FALSE(whole->rules.contains({Role::MlpScale, 1})) << "copies have no mean";
}

} // namespace
} // namespace espalier
