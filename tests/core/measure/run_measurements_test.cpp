// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/run_measurements.h"

#include "core/forward/loss.h"
#include "core/measure/score_places.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

using test::expectNear;
using test::seenAt;
using test::toyBatch;
using test::toyGpt2;
using test::toyParameters;

const std::vector<std::string_view> kUsual{kMeanAbs, "residual-change", "block-losses"};

Measurements measured(const ParameterSet& parameters, const std::vector<Batch>& batches)
{
    return test::measured(parameters, batches, kUsual);
}

TEST(MeanAbs, IsTheMeanAbsoluteActivation)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 4);
    const Measurements found = measured(parameters, {batch});
    EXPECT_EQ(found.samples, 4);
    EXPECT_EQ(found.tokens, 36);
    const auto expectMean = [&](double score, Tap tap, int block, std::int64_t channel) {
        const at::Tensor column = seenAt(parameters, batch, tap, block).select(1, channel);
        EXPECT_NEAR(score, column.abs().mean().item<double>(), 1e-6);
    };
    const ChannelScores& scores = *found.scoresBy(kMeanAbs);
    expectMean(scores.embedding_D[3], Tap::Embedding, -1, 3);
    expectMean(scores.afterAttention_LD.at(0, 11), Tap::AfterAttention, 0, 11);
    expectMean(scores.afterMlp_LD.at(1, 0), Tap::AfterMlp, 1, 0);
    expectMean(scores.attentionNorm_LD.at(1, 5), Tap::AttentionNorm, 1, 5);
    expectMean(scores.mlpNorm_LD.at(0, 6), Tap::MlpNorm, 0, 6);
    expectMean(scores.context_LC.at(1, 7), Tap::Context, 1, 7);
    expectMean(scores.mlp_LM.at(0, 9), Tap::MlpHidden, 0, 9);
}

TEST(RunMeasurements, HowSamplesAreBatchedDoesNotMatter)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    const Batch a = toyBatch(config, 3, {1});
    const Batch b = toyBatch(config, 2, {2});
    const Batch both{.inputIds_BT = at::cat({a.inputIds_BT, b.inputIds_BT})};
    const Measurements apart = measured(parameters, {a, b});
    const Measurements together = measured(parameters, {both});
    EXPECT_EQ(apart.tokens, together.tokens);
    expectNear(
        apart.scoresBy(kMeanAbs)->mlp_LM.values, together.scoresBy(kMeanAbs)->mlp_LM.values, 1e-5);
    expectNear(apart.change_L, together.change_L, 1e-5);
    expectNear(apart.lossRemoved_L, together.lossRemoved_L, 1e-5);
}

TEST(RunMeasurements, PaddingDoesNotCount)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    Batch padded = toyBatch(config, 1);
    padded.attentionMask_BT = at::ones({1, 9}, at::kLong);
    padded.attentionMask_BT.narrow(1, 6, 3).zero_();
    const Measurements a = measured(parameters, {padded});
    const Measurements b =
        measured(parameters, {{.inputIds_BT = padded.inputIds_BT.narrow(1, 0, 6)}});
    EXPECT_EQ(a.tokens, 6);
    expectNear(
        a.scoresBy(kMeanAbs)->context_LC.values, b.scoresBy(kMeanAbs)->context_LC.values, 1e-5);
    expectNear(a.attentionChange_L, b.attentionChange_L, 1e-5);
    expectNear(a.lossDuplicated_L, b.lossDuplicated_L, 1e-5);
}

TEST(ResidualChange, IsTheShareOfWhatAPartAdds)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    const Measurements found = measured(parameters, {batch});
    const auto share = [](const at::Tensor& before, const at::Tensor& after) {
        return after.sub(before).norm(2, -1).div(after.norm(2, -1)).mean().item<double>();
    };
    const at::Tensor entering = seenAt(parameters, batch, Tap::AfterMlp, 0);
    const at::Tensor middle = seenAt(parameters, batch, Tap::AfterAttention, 1);
    const at::Tensor leaving = seenAt(parameters, batch, Tap::AfterMlp, 1);
    EXPECT_NEAR(found.attentionChange_L[1], share(entering, middle), 1e-6);
    EXPECT_NEAR(found.mlpChange_L[1], share(middle, leaving), 1e-6);
    EXPECT_NEAR(found.change_L[1], share(entering, leaving), 1e-6);
}

TEST(ResidualChange, OfABlockThatAddsNothingIsZero)
{
    const ModelConfig config = toyGpt2();
    ParameterSet parameters = toyParameters(config);
    for (const Role role :
        {Role::AttentionOutWeight, Role::AttentionOutBias, Role::MlpDownWeight, Role::MlpDownBias})
        parameters.at(role, 1).zero_();
    const Measurements found = measured(parameters, {toyBatch(config, 2)});
    EXPECT_EQ(found.change_L[1], 0);
    EXPECT_EQ(found.attentionChange_L[1], 0);
    EXPECT_GT(found.change_L[0], 0.1);
    EXPECT_DOUBLE_EQ(found.lossRemoved_L[1], found.baseLoss);
    EXPECT_DOUBLE_EQ(found.lossDuplicated_L[1], found.baseLoss);
}

TEST(BlockLosses, AreThoseOfTheChangedModels)
{
    for (const ModelConfig& config :
        {toyGpt2({.layers = 3}), test::toyVit({.layers = 3}), test::toyCait({.layers = 3})}) {
        const ParameterSet parameters = toyParameters(config);
        const Batch batch = toyBatch(config, 4);
        const Measurements found = measured(parameters, {batch});
        const auto loss = [&](std::vector<int> blocks) {
            return lossOf(parameters, batch, {.blocks = std::move(blocks)}).item<double>();
        };
        EXPECT_NEAR(found.baseLoss, loss({0, 1, 2}), 1e-6);
        expectNear(found.lossRemoved_L, {loss({1, 2}), loss({0, 2}), loss({0, 1})}, 1e-6);
        expectNear(found.lossDuplicated_L,
            {loss({0, 0, 1, 2}), loss({0, 1, 1, 2}), loss({0, 1, 2, 2})}, 1e-6);
    }
}

TEST(RunMeasurements, StopIsObeyed)
{
    const ModelConfig config = toyGpt2();
    std::stop_source stop;
    stop.request_stop();
    for (const std::vector<std::string_view>& ids : {kUsual, {"taylor"}}) {
        const Result<Measurements> result = runMeasurements(toyParameters(config),
            test::passOver({toyBatch(config, 1)}), ids, {.stop = stop.get_token()});
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
    }
}

TEST(MeasurementCatalog, BeginsWhatThereAreFactsOf)
{
    std::vector<std::string_view> known;
    for (const MeasurementFacts& facts : measurementFacts())
        known.push_back(facts.id);
    std::vector<std::string_view> begun;
    for (const MeasurementRow& row : measurementRows())
        begun.push_back(row.facts->id);
    EXPECT_EQ(begun, known);
}

/// Everything at once, so that no measurement disturbs another, with padding and across batches.
Measurements everything(const ParameterSet& parameters, bool apart)
{
    std::vector<std::string_view> ids;
    for (const MeasurementRow& row : measurementRows())
        ids.push_back(row.facts->id);
    Batch batch = test::labelledBatch(parameters.config, 3);
    if (batch.inputIds_BT.defined()) {
        batch.attentionMask_BT = at::ones({3, 9}, at::kLong);
        batch.attentionMask_BT.select(0, 1).narrow(0, 5, 4).zero_();
    }
    if (!apart)
        return test::measured(parameters, {batch}, ids);
    const auto part = [&](std::int64_t first, std::int64_t count) {
        const auto cut = [&](const at::Tensor& all) {
            return all.defined() ? all.narrow(0, first, count) : all;
        };
        return Batch{.inputIds_BT = cut(batch.inputIds_BT),
            .attentionMask_BT = cut(batch.attentionMask_BT),
            .tokenTypes_BT = cut(batch.tokenTypes_BT),
            .pixels_BCHW = cut(batch.pixels_BCHW),
            .labels = cut(batch.labels)};
    };
    return test::measured(parameters, {part(0, 2), part(2, 1)}, ids);
}

void expectSame(const Measurements& a, const Measurements& b, double relative)
{
    ASSERT_EQ(a.scores.size(), b.scores.size());
    EXPECT_EQ(a.tokens, b.tokens);
    for (const auto& [metric, scores] : a.scores) {
        SCOPED_TRACE(metric);
        const auto left = placesOf(scores);
        const auto right = placesOf(*b.scoresBy(metric));
        for (std::size_t place = 0; place < left.size(); ++place)
            expectNear(*left[place], *right[place], relative);
    }
    expectNear(a.change_L, b.change_L, relative);
    expectNear(a.blockInfluence_L, b.blockInfluence_L, relative);
    expectNear(a.lossDuplicated_L, b.lossDuplicated_L, relative);
    EXPECT_EQ(a.greedyRemoval_L, b.greedyRemoval_L);
    expectNear(a.greedyLoss_L, b.greedyLoss_L, relative);
    for (std::int64_t n = 0; n < a.angularDistance_NL.rows; ++n)
        for (std::int64_t l = 0; l + n < a.angularDistance_NL.cols; ++l)
            EXPECT_NEAR(a.angularDistance_NL.at(n, l), b.angularDistance_NL.at(n, l), relative);
    const auto expectNearTo = [&](const Matrix& left, const Matrix& right) {
        ASSERT_EQ(left.values.size(), right.values.size());
        for (std::size_t i = 0; i < left.values.size(); ++i)
            EXPECT_NEAR(left.values[i], right.values[i], relative);
    };
    expectNearTo(a.residualCovariance_DD, b.residualCovariance_DD);
    for (std::size_t l = 0; l < a.mlpMoment_LMM.size(); ++l) {
        expectNearTo(a.contextMoment_LCC[l], b.contextMoment_LCC[l]);
        expectNearTo(a.mlpMoment_LMM[l], b.mlpMoment_LMM[l]);
    }
}

TEST(RunMeasurements, NoMeasurementDependsOnHowSamplesAreBatched)
{
    for (const ModelConfig& config :
        {toyGpt2(), test::toyLlama(), test::toyBert(), test::toyVit(), test::toyCait()}) {
        SCOPED_TRACE(config.family);
        const ParameterSet parameters = toyParameters(config);
        expectSame(everything(parameters, true), everything(parameters, false), 2e-4);
    }
}

TEST(RunMeasurements, NoMeasurementDependsOnTheNumberOfThreads)
{
    const ParameterSet parameters = toyParameters(toyGpt2());
    const int before = at::get_num_threads();
    at::set_num_threads(1);
    const Measurements one = everything(parameters, false);
    at::set_num_threads(2);
    const Measurements two = everything(parameters, false);
    at::set_num_threads(before);
    expectSame(one, two, 1e-6);
}

TEST(RunMeasurements, LeavesTheParametersAsTheyWere)
{
    const ParameterSet parameters = toyParameters(toyGpt2());
    const ParameterSet before = cloneOf(parameters);
    (void)everything(parameters, false);
    for (const auto& [id, tensor] : parameters.tensors) {
        EXPECT_FALSE(tensor.requires_grad() || tensor.grad().defined()) << nameOf(id);
        EXPECT_TRUE(at::equal(tensor, before.tensors.at(id))) << nameOf(id);
    }
}

/// Reads each block anew, as from files.
std::unique_ptr<WeightsByBlock> byBlock(const ParameterSet& parameters, std::stop_token stop = {})
{
    return WeightsByBlock::open(
        parameters.config,
        [&](ParameterId id) -> Result<at::Tensor> {
            return parameters.at(id.role, id.block).clone();
        },
        std::move(stop))
        .value();
}

/// Pairs of blocks that there are not have no distance: NaN, which equals nothing.
Measurements withoutNan(Measurements found)
{
    for (double& distance : found.angularDistance_NL.values)
        distance = std::isnan(distance) ? -1 : distance;
    return found;
}

class EveryFamily : public ::testing::TestWithParam<test::ToyFamily>
{
protected:
    /// A batch with padding where there are tokens, and one without.
    [[nodiscard]] std::vector<Batch> batches() const
    {
        std::vector<Batch> batches{test::labelledBatch(m_parameters.config, 2),
            test::labelledBatch(m_parameters.config, 3)};
        if (batches[0].inputIds_BT.defined()) {
            batches[0].attentionMask_BT = at::ones({2, 9}, at::kLong);
            batches[0].attentionMask_BT.select(0, 1).narrow(0, 5, 4).zero_();
        }
        return batches;
    }
    [[nodiscard]] static std::vector<std::string_view> ids(bool gradients)
    {
        std::vector<std::string_view> ids;
        for (const MeasurementRow& row : measurementRows())
            if (row.facts->needsGradients() == gradients)
                ids.push_back(row.facts->id);
        return ids;
    }
    [[nodiscard]] Measurements measuredByBlock(const std::vector<std::string_view>& ids) const
    {
        const auto weights = byBlock(m_parameters);
        const Result<Measurements> found =
            runMeasurements(*weights, test::passOver(batches()), ids, m_scratch.path());
        EXPECT_TRUE(found) << found.error().message;
        return withoutNan(*found);
    }
    [[nodiscard]] Measurements measuredWhole(const std::vector<std::string_view>& ids) const
    {
        return withoutNan(test::measured(m_parameters, batches(), ids));
    }

    ParameterSet m_parameters = toyParameters(GetParam().config);
    TemporaryFolder m_scratch;
};

TEST_P(EveryFamily, IsMeasuredBlockByBlockToTheBit)
{
    EXPECT_EQ(measuredByBlock(ids(false)), measuredWhole(ids(false)));
}

/// A table that is the head's matrix as well has its gradients summed in another order.
TEST_P(EveryFamily, HasTheGradientsOfTheWholeModelBlockByBlock)
{
    Measurements found = measuredByBlock(ids(true));
    Measurements expected = measuredWhole(ids(true));
    if (m_parameters.config.flavour.tiedHead) {
        std::vector<double>& found_D = found.scores["taylor"].embedding_D;
        std::vector<double>& expected_D = expected.scores["taylor"].embedding_D;
        expectNear(found_D, expected_D, 1e-5);
        found_D = expected_D;
    }
    EXPECT_EQ(found, expected);
}

INSTANTIATE_TEST_SUITE_P(
    RunMeasurements, EveryFamily, ::testing::ValuesIn(test::toyFamilies()), [](const auto& family) {
        std::string name = family.param.name;
        std::ranges::replace_if(
            name, [](char c) { return c == ',' || c == ' '; }, '_');
        return name;
    });

TEST(RunMeasurements, ReadsEveryBlockTwiceForGradientsHoweverManyBatchesThereAre)
{
    const ParameterSet parameters = toyParameters(toyGpt2({.layers = 3}));
    std::vector<int> read;
    const auto weights =
        WeightsByBlock::open(parameters.config, [&](ParameterId id) -> Result<at::Tensor> {
            if (read.empty() || read.back() != id.block)
                read.push_back(id.block);
            return parameters.at(id.role, id.block);
        });
    ASSERT_TRUE(weights);
    const TemporaryFolder scratch;
    const std::vector<Batch> batches(4, toyBatch(parameters.config, 1));
    ASSERT_TRUE(runMeasurements(
        **weights, test::passOver(batches), {"taylor", "activation-taylor"}, scratch.path()));
    EXPECT_EQ(read, std::vector<int>({-1, 0, 1, 2, 1, 0})) << "the last one turns without a break";
}

TEST(RunMeasurements, GradientsBlockByBlockSayWhereTheyCannotPutStreamsAside)
{
    const ParameterSet parameters = toyParameters(toyGpt2());
    const auto weights = byBlock(parameters);
    const Result<Measurements> found = runMeasurements(
        *weights, test::passOver({toyBatch(parameters.config, 1)}), {"taylor"}, "/proc/here");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Resource);
}

TEST(RunMeasurements, GradientsBlockByBlockStopBetweenBlocks)
{
    const ParameterSet parameters = toyParameters(toyGpt2());
    const auto weights = byBlock(parameters);
    const TemporaryFolder scratch;
    std::stop_source stop;
    int reports = 0;
    const Progress progress{.report =
                                [&](double, std::string_view) {
                                    if (++reports == 3) // the first block of the way back
                                        stop.request_stop();
                                },
        .stop = stop.get_token()};
    const Result<Measurements> found = runMeasurements(*weights,
        test::passOver({toyBatch(parameters.config, 1)}), {"taylor"}, scratch.path(), progress);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(reports, 3);
}

} // namespace
} // namespace espalier
