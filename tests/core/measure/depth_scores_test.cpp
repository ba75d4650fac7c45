// SPDX-License-Identifier: GPL-3.0-or-later
//
// Scores of blocks and runs of blocks, and second moments.
#include "core/forward/loss.h"
#include "core/measure/angular_distance.h"
#include "core/measure/block_influence.h"
#include "core/measure/projection_moments.h"
#include "core/measure/residual_covariance.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numbers>

namespace espalier {
namespace {

using test::expectNear;
using test::measured;
using test::toyBatch;
using test::toyParameters;

at::Tensor rows(std::initializer_list<float> values, std::int64_t samples = 1)
{
    return at::tensor(values).view({samples, -1, 2});
}

/// What a probe of a model of width 2 says after one pass over these streams.
Measurements after(Probe& probe, const std::vector<at::Tensor>& streams)
{
    ModelConfig config = test::toyGpt2();
    config.shape.hidden = 2;
    test::show(probe, Tap::Embedding, -1, streams[0]);
    for (std::size_t block = 0; block + 1 < streams.size(); ++block)
        test::show(probe, Tap::AfterMlp, static_cast<int>(block), streams[block + 1]);
    const ParameterSet parameters{.config = config};
    WeightsInMemory weights(parameters);
    EXPECT_TRUE(probe.endBatch(weights, {}, streams.back()));
    Measurements measurements;
    EXPECT_TRUE(probe.finish(measurements, weights,
        {.samples = streams[0].size(0), .tokens = streams[0].size(0) * streams[0].size(1)}, {}));
    return measurements;
}

TEST(BlockInfluence, IsWhatTheCosineLacks)
{
    const auto probe = beginBlockInfluence(test::toyGpt2({.layers = 2}));
    const Measurements found =
        after(*probe, {rows({1, 0, 1, 0}), rows({2, 0, 0, 3}), rows({2, 2, 0, -1})});
    expectNear(found.blockInfluence_L, {0.5, (1 - std::numbers::sqrt2 / 2 + 2) / 2}, 1e-7);
}

TEST(BlockInfluence, OfAStreamOfZerosIsOne)
{
    const auto probe = beginBlockInfluence(test::toyGpt2({.layers = 1}));
    EXPECT_EQ(after(*probe, {rows({0, 0}), rows({1, 0})}).blockInfluence_L.at(0), 1);
}

TEST(AngularDistance, IsHalfForARightAngleOfTheLastToken)
{
    const auto probe = beginAngularDistance(test::toyGpt2({.layers = 2}));
    const Measurements found =
        after(*probe, {rows({9, 9, 1, 0}), rows({9, 9, 0, 5}), rows({9, 9, -2, 0})});
    const Matrix& distance = found.angularDistance_NL;
    EXPECT_NEAR(distance.at(0, 0), 0.5, 1e-12);
    EXPECT_NEAR(distance.at(0, 1), 0.5, 1e-12);
    EXPECT_NEAR(distance.at(1, 0), 1, 1e-12);
    EXPECT_TRUE(std::isnan(distance.at(1, 1)));
}

TEST(AngularDistance, OfModelsThatSeeAllTokensIsAMeanOverThem)
{
    const auto probe = beginAngularDistance(test::toyVit({.layers = 1}));
    const Measurements found = after(*probe, {rows({1, 0, 1, 0}), rows({0, 1, 1, 0})});
    EXPECT_NEAR(found.angularDistance_NL.at(0, 0), 0.25, 1e-12);
}

TEST(AngularDistance, TakesTheLastTokenThatIsNotPadding)
{
    const auto probe = beginAngularDistance(test::toyGpt2({.layers = 1}));
    const auto observe = [&](Tap tap, int block, const at::Tensor& rows_NC) {
        const std::vector<std::int64_t> tokens_B{2, 1};
        probe->observe({tap, block, rows_NC, rows_NC, tokens_B});
    };
    observe(Tap::Embedding, -1, rows({9, 9, 1, 0, 1, 0})[0]);
    observe(Tap::AfterMlp, 0, rows({1, 9, 0, 1, -1, 0})[0]);
    const ParameterSet none;
    WeightsInMemory weights(none);
    ASSERT_TRUE(probe->endBatch(weights, {}, {}));
    Measurements found;
    ASSERT_TRUE(probe->finish(found, weights, {}, {}));
    EXPECT_NEAR(found.angularDistance_NL.at(0, 0), (0.5 + 1) / 2, 1e-12);
}

TEST(GreedyRemoval, DropsWhatCostsLeastEachTime)
{
    for (const ModelConfig& config : {test::toyGpt2({.layers = 4}), test::toyVit({.layers = 4})}) {
        SCOPED_TRACE(config.family);
        const ParameterSet parameters = toyParameters(config);
        const Batch batch = toyBatch(config, 4);
        const Measurements found =
            measured(parameters, {batch}, {"block-losses", "greedy-removal"});
        const auto& removed_L = found.lossRemoved_L;
        EXPECT_EQ(found.greedyRemoval_L[0],
            std::min_element(removed_L.begin(), removed_L.end()) - removed_L.begin());
        std::vector<int> left{0, 1, 2, 3};
        for (std::size_t i = 0; i < 4; ++i) {
            double least = std::numeric_limits<double>::infinity();
            std::int64_t gone = -1;
            for (const int block : left) {
                std::vector<int> others = left;
                std::erase(others, block);
                const double loss = lossOf(parameters, batch, {.blocks = others}).item<double>();
                if (loss < least) {
                    least = loss;
                    gone = block;
                }
            }
            EXPECT_EQ(found.greedyRemoval_L[i], gone);
            EXPECT_NEAR(found.greedyLoss_L[i], least, 1e-6);
            std::erase(left, static_cast<int>(gone));
        }
    }
}

TEST(GreedyRemoval, ObeysAStopWhileItRemoves)
{
    const ModelConfig config = test::toyGpt2();
    std::stop_source stop;
    const Progress progress{.report =
                                [&](double, std::string_view stage) {
                                    if (stage.starts_with("removing"))
                                        stop.request_stop();
                                },
        .stop = stop.get_token()};
    const Result<Measurements> result = runMeasurements(
        toyParameters(config), test::passOver({toyBatch(config, 1)}), {"greedy-removal"}, progress);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
}

TEST(ResidualCovariance, WeighsLoudTapsNoMoreThanQuietOnes)
{
    const auto probe = beginResidualCovariance(test::toyGpt2());
    const Measurements found = after(*probe, {rows({3, 4}), rows({100, 0, 0, 100})});
    expectNear(found.residualCovariance_DD.values,
        {(0.36 + 0.5) / 2, 0.48 / 2, 0.48 / 2, (0.64 + 0.5) / 2}, 1e-12);
}

TEST(ResidualCovariance, OfASilentTapIsNothing)
{
    const auto probe = beginResidualCovariance(test::toyGpt2());
    const Measurements found = after(*probe, {rows({0, 0}), rows({2, 0})});
    EXPECT_EQ(found.residualCovariance_DD.values, (std::vector<double>{0.5, 0, 0, 0}));
    EXPECT_EQ(found.residualEnergy_D, (std::vector<double>{0.5, 0})) << "strongest first";
    EXPECT_EQ(found.residualBasis_DD.values, (std::vector<double>{1, 0, 0, 1}));
}

TEST(ProjectionMoments, AreMeansOfProducts)
{
    const auto probe = beginProjectionMoments(test::toyGpt2({.layers = 2}));
    for (int block = 0; block < 2; ++block) {
        test::show(*probe, Tap::Context, block, rows({1, 2, 3, 4}));
        test::show(*probe, Tap::MlpHidden, block, rows({1, -1, 1, 1}));
    }
    Measurements found;
    const ParameterSet none;
    WeightsInMemory weights(none);
    ASSERT_TRUE(probe->finish(found, weights, {.tokens = 2}, {}));
    ASSERT_EQ(found.contextMoment_LCC.size(), 2u);
    EXPECT_EQ(found.contextMoment_LCC[1], (Matrix{2, 2, {5, 7, 7, 10}}));
    EXPECT_EQ(found.mlpMoment_LMM[0], (Matrix{2, 2, {1, 0, 0, 1}}));
}

TEST(ProjectionMoments, OfClassAttentionBlocksAreMeansOverSamples)
{
    const auto probe = beginProjectionMoments(test::toyCait({.layers = 1}));
    for (int block = 0; block < 3; ++block) {
        test::show(*probe, Tap::Context, block, rows({2, 4}));
        test::show(*probe, Tap::MlpHidden, block, rows({1, 3}));
    }
    Measurements found;
    const ParameterSet none;
    WeightsInMemory weights(none);
    ASSERT_TRUE(probe->finish(found, weights, {.samples = 1, .tokens = 4}, {}));
    ASSERT_EQ(found.mlpMoment_LMM.size(), 3U);
    EXPECT_EQ(found.contextMoment_LCC[0], (Matrix{2, 2, {1, 2, 2, 4}}));
    EXPECT_EQ(found.contextMoment_LCC[1], (Matrix{2, 2, {4, 8, 8, 16}}));
    EXPECT_EQ(found.mlpMoment_LMM[2], (Matrix{2, 2, {1, 3, 3, 9}}));
}

} // namespace
} // namespace espalier
