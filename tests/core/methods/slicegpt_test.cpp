// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Indices = std::vector<std::int64_t>;

namespace {

ModelConfig rmsToy()
{
    ModelConfig config = test::toyConfig();
    config.flavour.norm = NormKind::Rms;
    return config;
}

} // namespace

TEST(Slicegpt, TheStreamBecomesTheStrongestComponents)
{
    const auto plan = test::planOfToy(
        "slicegpt", test::toyShape(4, 2, 1, 2), test::everythingMeasured(), {}, rmsToy());
    ASSERT_TRUE(plan) << plan.error().message;
    const AxisMap& stream = plan->globalMaps.at(AxisLabel::Residual);
    EXPECT_EQ(stream.write, (test::matrixOf(2, 4, {0, 0, 1, 0, 0.8, 0.6, 0, 0})));
    EXPECT_EQ(stream.read, stream.write);
    EXPECT_EQ(test::keptIn(*plan, 0, AxisLabel::Mlp), (Indices{0, 2}));
}

TEST(Slicegpt, ReadersTakeInTheGainsOfTheirNormsWhichBecomeOne)
{
    ModelConfig parent = rmsToy();
    parent.flavour.normGainOffset = 1;
    const auto plan = test::planOfToy(
        "slicegpt", test::toyShape(4, 2, 1, 2), test::everythingMeasured(), {}, parent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->rules.at({Role::QkvWeight, 2}).foldedGain, Role::AttentionNormGain);
    EXPECT_EQ(plan->rules.at({Role::MlpUpWeight, 2}).foldedGain, Role::MlpNormGain);
    EXPECT_DOUBLE_EQ(plan->rules.at({Role::MlpUpWeight, 2}).scale, std::sqrt(2.0));
    EXPECT_FALSE(plan->rules.contains({Role::MlpDownWeight, 2}));
    for (const ParameterId gain : {ParameterId{Role::AttentionNormGain, 0},
             ParameterId{Role::MlpNormGain, 3}, ParameterId{Role::FinalNormGain, -1}})
        EXPECT_EQ(plan->rules.at(gain), (ParameterRule{.fresh = true, .noise = Noise{0, 0}}))
            << "one, less the offset";
}

TEST(Slicegpt, ATiedHeadGetsItsOwnCopyWithTheFinalGain)
{
    const auto plan = test::planOfToy(
        "slicegpt", test::toyShape(4, 2, 1, 2), test::everythingMeasured(), {}, rmsToy());
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->child.flavour.tiedHead);
    const ParameterRule& head = plan->rules.at({Role::HeadWeight, -1});
    EXPECT_EQ(head.source, Role::TokenEmbedding);
    EXPECT_EQ(head.foldedGain, Role::FinalNormGain);
}

TEST(Slicegpt, RefusesNormsThatDoNotPassARotation)
{
    const auto layerNorms =
        test::planOfToy("slicegpt", test::toyShape(4, 2, 1, 2), test::everythingMeasured());
    ASSERT_FALSE(layerNorms);
    EXPECT_NE(layerNorms.error().message.find("only Rms norms pass a rotation"), std::string::npos);
    ModelConfig sandwich = rmsToy();
    sandwich.flavour.layout = BlockLayout::Sandwich;
    EXPECT_FALSE(test::planOfToy(
        "slicegpt", test::toyShape(4, 2, 1, 2), test::everythingMeasured(), {}, sandwich));
}

TEST(Slicegpt, RefusesABasisThatIsMissingOrAnotherParents)
{
    const ModelShape half = test::toyShape(4, 2, 1, 2);
    EXPECT_EQ(
        test::planOfToy("slicegpt", half, test::toyMeasurements(), {}, rmsToy()).error().message,
        "measurements: found no principal components of the stream, measure residual-covariance");
    Measurements m = test::everythingMeasured();
    m.residualBasis_DD = test::matrixOf(1, 1, {1});
    EXPECT_EQ(test::planOfToy("slicegpt", half, m, {}, rmsToy()).error().message,
        "measurements: residual-covariance holds 1 values, the parent needs 16");
}

} // namespace espalier
