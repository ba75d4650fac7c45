// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/catalog.h"
#include "core/methods/rescale.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {

namespace {

/// The first half of the toy's channels, heads and (two of three) units under a scale rule.
Result<TransferPlan> halved(
    const char* scale, const Measurements* measurements, ModelConfig parent = test::toyConfig())
{
    return makePlan(*findMethod("subcloning"),
        {.parent = std::move(parent),
            .childShape = test::toyShape(4, 2, 1, 2),
            .measurements = measurements,
            .options = {{"order", std::string("first")}, {"scale", std::string(scale)}}});
}

/// Root mean squares: 1, 1, 1, 1 of the stream but 3, 3, 1, 1 after attention; 2, 0, 1, 1 of heads;
/// 2, 1, 2 of units.
Measurements loudness()
{
    Measurements m;
    ChannelScores& rms = m.scores["rms"];
    rms.embedding_D = {1, 1, 1, 1};
    for (Matrix* place : {&rms.afterAttention_LD, &rms.afterMlp_LD, &rms.context_LC})
        *place = test::matrixOf(4, 4, std::vector<double>(16, 1.0));
    rms.mlp_LM = test::matrixOf(4, 3, {2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2});
    for (std::size_t l = 0; l < 4; ++l) {
        rms.afterAttention_LD.values[4 * l] = rms.afterAttention_LD.values[4 * l + 1] = 3;
        rms.context_LC.values[4 * l] = 2;
        rms.context_LC.values[4 * l + 1] = 0;
    }
    return m;
}

} // namespace

TEST(Rescale, EnergyDividesWritersByTheRootOfTheKeptShare)
{
    const Measurements m = loudness();
    const auto plan = halved("energy", &m);
    ASSERT_TRUE(plan) << plan.error().message;
    const auto scale = [&](Role role) {
        return plan->rules.at({role, 1}).scale;
    };
    EXPECT_DOUBLE_EQ(scale(Role::AttentionOutWeight), std::sqrt(6.0 / 4.0)) << "4 of 4 + 1 + 1";
    EXPECT_DOUBLE_EQ(scale(Role::MlpDownWeight), std::sqrt(9.0 / 5.0)) << "4 + 1 of 4 + 1 + 4";
    EXPECT_DOUBLE_EQ(scale(Role::QkvWeight), std::sqrt(2.0));
    EXPECT_DOUBLE_EQ(scale(Role::MlpUpWeight), std::sqrt(2.0));
    EXPECT_FALSE(plan->rules.contains({Role::MlpNormGain, 1}));
}

TEST(Rescale, EnergyGainAlsoUndoesWhatNormsDoToALoudSubset)
{
    const Measurements m = loudness();
    const auto plan = halved("energy-gain", &m);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::MlpNormGain, 2}).scale, std::sqrt(9.0 / 5.0))
        << "mean square 9 of the kept, 5 of all";
    EXPECT_FALSE(plan->rules.contains({Role::AttentionNormGain, 2})) << "equally loud";
    EXPECT_FALSE(plan->rules.contains({Role::MlpNormBias, 2}));
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::FinalNormGain, -1}).scale, std::sqrt(2.0))
        << "the tied head's factor alone";
}

TEST(Rescale, DeadPlacesFallBackToTheFanIn)
{
    Measurements m = loudness();
    for (double& rms : m.scores.at("rms").mlp_LM.values)
        rms = 0;
    m.scores.at("rms").context_LC.values.assign({0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1});
    const auto plan = halved("energy", &m);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::MlpDownWeight, 0}).scale, std::sqrt(3.0 / 2.0));
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::AttentionOutWeight, 0}).scale, std::sqrt(2.0));
}

TEST(Rescale, GainsWithAnOffsetAreScaledWithIt)
{
    ModelConfig parent = test::toyConfig();
    parent.flavour.normGainOffset = 1;
    const Measurements m = loudness();
    const auto plan = halved("energy-gain", &m, parent);
    ASSERT_TRUE(plan) << plan.error().message;
    const ParameterRule& rule = plan->rules.at({Role::MlpNormGain, 0});
    EXPECT_DOUBLE_EQ(rule.noise->mean, std::sqrt(9.0 / 5.0) - 1) << "1 + g becomes s (1 + g)";
    EXPECT_EQ(rule.noise->std, 0);
}

TEST(Rescale, ARidgeMapOfIndependentInputsIsTheSelectionAlmost)
{
    const auto map = ridgeMap(test::matrixOf(3, 3, {2, 0, 0, 0, 1, 0, 0, 0, 4}), {0, 2});
    ASSERT_TRUE(map) << map.error().message;
    const double penalty = 0.003; // a thousandth of the mean of 2 and 4
    EXPECT_EQ(map->rows, 2);
    EXPECT_EQ(map->cols, 3);
    EXPECT_NEAR(map->at(0, 0), 2 / (2 + penalty), 1e-12);
    EXPECT_NEAR(map->at(1, 2), 4 / (4 + penalty), 1e-12);
    EXPECT_NEAR(map->at(0, 1), 0, 1e-12);
    EXPECT_NEAR(map->at(0, 2), 0, 1e-12);
}

TEST(Rescale, ARidgeMapLetsKeptInputsStandForTheOnesThatFollowThem)
{
    // input 1 is always twice input 0
    const auto map = ridgeMap(test::matrixOf(2, 2, {1, 2, 2, 4}), {0});
    ASSERT_TRUE(map);
    EXPECT_NEAR(map->at(0, 0), 1, 2e-3);
    EXPECT_NEAR(map->at(0, 1), 2, 3e-3);
}

TEST(Rescale, ARidgeOfDeadInputsIsNoneAndOfNonsenseRefused)
{
    EXPECT_TRUE(ridgeMap(test::matrixOf(2, 2, {0, 0, 0, 1}), {0})->values.empty());
    EXPECT_FALSE(ridgeMap(test::matrixOf(2, 2, {std::nan(""), 0, 0, 1}), {0}));
    EXPECT_FALSE(ridgeMap(test::matrixOf(2, 2, {-1, 0, 0, 1}), {0}));
}

TEST(Rescale, RidgeReplacesTheReadingMapOfWritersAloneAndTheirFactor)
{
    Measurements m;
    m.contextMoment_LCC.assign(
        4, test::matrixOf(4, 4, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}));
    m.mlpMoment_LMM.assign(4, test::matrixOf(3, 3, {1, 0, 1, 0, 1, 0, 1, 0, 1}));
    const auto plan = halved("ridge", &m);
    ASSERT_TRUE(plan) << plan.error().message;
    const DestinationBlock& block = plan->blocks.at(0);
    const AxisMap& down = block.termsByRole.at(Role::MlpDownWeight).at(0).maps.at(AxisLabel::Mlp);
    EXPECT_EQ(down.kind, AxisMap::Kind::Dense);
    EXPECT_NEAR(down.read.at(0, 2), 1, 2e-3) << "unit 2 does as unit 0";
    EXPECT_EQ(block.terms.at(0).maps.at(AxisLabel::Mlp).kind, AxisMap::Kind::Select);
    EXPECT_TRUE(block.termsByRole.contains(Role::AttentionOutWeight));
    EXPECT_FALSE(plan->rules.contains({Role::MlpDownWeight, 0}));
    EXPECT_TRUE(plan->rules.contains({Role::QkvWeight, 0}));
}

TEST(Rescale, MissingMeasurementsAreRefusedNamingThem)
{
    const Measurements m = test::toyMeasurements();
    EXPECT_EQ(
        halved("energy", &m).error().message, "measurements: found no scores by rms, measure rms");
    EXPECT_EQ(halved("ridge", &m).error().message,
        "measurements: found no second moments of heads and MLP units, measure projection-moments");
    EXPECT_FALSE(halved("energy", nullptr));
}

TEST(Rescale, NothingChangesAtTheParentsWidth)
{
    Measurements m = loudness();
    for (const char* scale : {"width", "fan-in", "energy", "energy-gain", "ridge"}) {
        const auto plan = makePlan(*findMethod("subcloning"),
            {.parent = test::toyConfig(),
                .childShape = test::toyConfig().shape,
                .measurements = &m,
                .options = {{"order", std::string("first")}, {"scale", std::string(scale)}}});
        ASSERT_TRUE(plan) << plan.error().message;
        EXPECT_TRUE(plan->rules.empty()) << scale;
    }
}

} // namespace espalier
