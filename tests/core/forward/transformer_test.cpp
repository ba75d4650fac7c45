// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/transformer.h"

#include "core/forward/loss.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

using test::toyBatch;
using test::toyGpt2;
using test::toyParameters;
using test::toyVit;

double largestDifference(const at::Tensor& a, const at::Tensor& b)
{
    return a.sub(b).abs().max().item<double>();
}

double largest(const at::Tensor& a)
{
    return a.abs().max().item<double>();
}

/// Width 2, and blocks that add nothing: the logits are norm(embedding) times the embedding.
ParameterSet silentModel()
{
    ModelConfig config = toyGpt2({.layers = 2, .hidden = 2, .heads = 1, .headDim = 2, .mlp = 3});
    config.flavour.normEpsilon = 0;
    ParameterSet parameters = toyParameters(config);
    for (const Role role :
        {Role::AttentionOutWeight, Role::AttentionOutBias, Role::MlpDownWeight, Role::MlpDownBias})
        for (int block = 0; block < 2; ++block)
            parameters.at(role, block).zero_();
    parameters.at(Role::PositionEmbedding).zero_();
    parameters.at(Role::FinalNormGain).fill_(1);
    parameters.at(Role::FinalNormBias).zero_();
    at::Tensor& embedding = parameters.at(Role::TokenEmbedding);
    embedding.zero_();
    embedding.select(0, 0).copy_(at::tensor({1.0F, -1.0F}));
    embedding.select(0, 1).copy_(at::tensor({-2.0F, 2.0F}));
    return parameters;
}

TEST(Transformer, BlocksThatAddNothingLeaveTheNormalisedEmbedding)
{
    const ParameterSet parameters = silentModel();
    const Batch batch{.inputIds_BT = at::tensor(at::ArrayRef<std::int64_t>{0, 1}).unsqueeze(0)};
    const at::Tensor logits = logitsOf(parameters, batch);
    // norm([1, -1]) = [1, -1], norm([-2, 2]) = [-1, 1]; products with [1, -1] and [-2, 2].
    EXPECT_TRUE(at::equal(
        logits.select(1, 0).narrow(1, 0, 3), at::tensor({2.0F, -4.0F, 0.0F}).unsqueeze(0)));
    EXPECT_TRUE(at::equal(
        logits.select(1, 1).narrow(1, 0, 3), at::tensor({-2.0F, 4.0F, 0.0F}).unsqueeze(0)));
}

TEST(Transformer, LossIsThatOfTheNextToken)
{
    const ParameterSet parameters = silentModel();
    const Batch batch{.inputIds_BT = at::tensor(at::ArrayRef<std::int64_t>{0, 1}).unsqueeze(0)};
    // Position 0 has logits 2, -4 and fifteen zeros, and predicts token 1.
    const double expected = std::log(std::exp(2.0) + std::exp(-4.0) + 15) + 4;
    EXPECT_NEAR(lossOf(parameters, batch).item<double>(), expected, 1e-5);
    EXPECT_EQ(predictionsIn(targetsOf(parameters.config, batch)), 1);
}

TEST(Transformer, LaterTokensChangeNothingBefore)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    Batch other = batch;
    other.inputIds_BT = batch.inputIds_BT.clone();
    other.inputIds_BT.select(1, 6).add_(1).remainder_(config.shape.vocab);
    const at::Tensor a = logitsOf(parameters, batch);
    const at::Tensor b = logitsOf(parameters, other);
    EXPECT_LT(largestDifference(a.narrow(1, 0, 6), b.narrow(1, 0, 6)), 1e-6);
    EXPECT_GT(largestDifference(a.narrow(1, 6, 3), b.narrow(1, 6, 3)), 1e-2);
}

TEST(Transformer, PaddingChangesNoOtherToken)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    Batch padded = toyBatch(config, 2);
    padded.attentionMask_BT = at::ones({2, 9}, at::kLong);
    padded.attentionMask_BT.select(0, 1).narrow(0, 5, 4).zero_();
    const Batch cut{.inputIds_BT = padded.inputIds_BT.narrow(1, 0, 5)};
    const at::Tensor a = logitsOf(parameters, padded);
    EXPECT_FALSE(a.isnan().any().item<bool>());
    EXPECT_LT(largestDifference(a.narrow(1, 0, 5), logitsOf(parameters, cut)), 1e-5);
    EXPECT_EQ(predictionsIn(targetsOf(config, padded)), 8 + 4);
}

TEST(Transformer, PaddingInFrontIsReadByNobody)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    Batch batch = toyBatch(config, 1);
    batch.attentionMask_BT = at::ones({1, 9}, at::kLong);
    batch.attentionMask_BT.narrow(1, 0, 3).zero_();
    Batch other = batch;
    other.inputIds_BT = batch.inputIds_BT.clone();
    other.inputIds_BT.narrow(1, 0, 3).fill_(4);
    EXPECT_LT(largestDifference(logitsOf(parameters, batch).narrow(1, 3, 6),
                  logitsOf(parameters, other).narrow(1, 3, 6)),
        1e-6);
}

TEST(Transformer, ListOfBlocksRemovesAndRepeats)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    const auto streamAfter = [&](std::vector<int> blocks) {
        return runTrunk(parameters, batch, {.blocks = std::move(blocks)});
    };
    EXPECT_TRUE(at::equal(streamAfter({0, 1}), runTrunk(parameters, batch)));
    const AttentionMask mask = attentionMaskOf(parameters, batch);
    EXPECT_TRUE(at::equal(streamAfter({0, 0, 1}),
        runBlock(parameters, 1, runBlock(parameters, 0, streamAfter({0}), mask), mask)));
}

TEST(Transformer, ObserverSeesThePartsThatAddUp)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    std::vector<Tap> taps;
    at::Tensor stream;
    at::Tensor added;
    const TapObserver observer = [&](Tap tap, int, const at::Tensor& value) {
        taps.push_back(tap);
        if (tap == Tap::AttentionOut || tap == Tap::MlpOut)
            added = value;
        if (tap == Tap::AfterAttention || tap == Tap::AfterMlp) {
            EXPECT_TRUE(at::equal(value, stream.add(added)));
        }
        if (tap == Tap::Embedding || tap == Tap::AfterAttention || tap == Tap::AfterMlp)
            stream = value;
    };
    (void)logitsOf(
        parameters, toyBatch(config, 2), {.blocks = std::vector{1}, .observer = observer});
    EXPECT_EQ(taps,
        (std::vector{Tap::Embedding, Tap::AttentionNorm, Tap::Context, Tap::AttentionOut,
            Tap::AfterAttention, Tap::MlpNorm, Tap::MlpHidden, Tap::MlpOut, Tap::AfterMlp,
            Tap::FinalNorm}));
}

TEST(Transformer, GroupedKeysAreSharedByNeighbouringHeads)
{
    ModelConfig grouped = toyGpt2({.layers = 1, .hidden = 12, .heads = 6, .headDim = 2, .mlp = 10});
    grouped.shape.kvHeads = 3;
    const ParameterSet few = toyParameters(grouped);
    // The same model with each key and value head written out for both of its query heads.
    ParameterSet many = few;
    many.config.shape.kvHeads = 6;
    const auto spread = [](const at::Tensor& fused) {
        const auto twice = [&](std::int64_t first) {
            return fused.narrow(0, first, 6)
                .unflatten(0, {3, 2})
                .repeat_interleave(2, 0)
                .flatten(0, 1);
        };
        return at::cat({fused.narrow(0, 0, 12), twice(12), twice(18)});
    };
    for (const Role role : {Role::QkvWeight, Role::QkvBias})
        many.at(role, 0) = spread(few.at(role, 0));
    const Batch batch = toyBatch(grouped, 2);
    EXPECT_LT(largestDifference(logitsOf(few, batch), logitsOf(many, batch)), 1e-5);
}

TEST(Transformer, OrderOfInnerAxesIsNobodysBusiness)
{
    for (const ModelConfig& config : {toyGpt2(), toyVit(), test::toyCait()}) {
        const ParameterSet parent = toyParameters(config);
        const Result<ParameterSet> shuffled =
            applyPlan(test::permutationPlan(config, {12}), parent);
        ASSERT_TRUE(shuffled.ok());
        EXPECT_FALSE(
            at::equal(shuffled->at(Role::MlpUpWeight, 0), parent.at(Role::MlpUpWeight, 0)));
        const Batch batch = toyBatch(config, 3);
        const at::Tensor logits = logitsOf(parent, batch);
        EXPECT_LT(largestDifference(logitsOf(*shuffled, batch), logits), 1e-4 * largest(logits));
    }
}

TEST(Transformer, PatchesAreReadRowByRow)
{
    const ModelConfig config = toyVit();
    ParameterSet parameters = toyParameters(config);
    // Channel 0 of the stream shows the pixel in the last column of the first row of each patch,
    // image channel 1.
    for (auto& [id, tensor] : parameters.tensors)
        tensor.zero_();
    const std::int64_t place = 1 * 8 + 0 * 2 + 1; // channel, row, column of a 4 x 2 patch
    parameters.at(Role::PatchWeight).select(0, 0).select(0, place).fill_(1);
    Batch batch = toyBatch(config, 1);
    const at::Tensor stream = runTrunk(parameters, batch, {.blocks = std::vector<int>{}});
    // Tokens: class, then patches (0, 0), (0, 1), (1, 0), (1, 1); the last begins at row 4,
    // column 2.
    EXPECT_EQ(stream.select(0, 0).select(0, 4).select(0, 0).item<float>(),
        batch.pixels_BCHW.select(0, 0).select(0, 1).select(0, 4).select(0, 3).item<float>());
    EXPECT_EQ(stream.select(0, 0).select(0, 0).select(0, 0).item<float>(), 0.0F);
}

TEST(Transformer, InputsThatDoNotFitAreRefused)
{
    const ModelConfig config = toyGpt2();
    const auto refusal = [&](const Batch& batch) {
        const Status status = checkBatch(config, batch);
        return status.ok() ? std::string() : status.error().message;
    };
    EXPECT_EQ(refusal(toyBatch(config, 1)), "");
    EXPECT_EQ(refusal({.inputIds_BT = at::full({1, 3}, 17, at::kLong)}),
        "input_ids: found token 17, wanted 0 to 16");
    EXPECT_EQ(refusal({.inputIds_BT = at::zeros({1, 10}, at::kLong)}),
        "input_ids: found 10 tokens, wanted at most 9 positions");
    EXPECT_EQ(refusal({}), "input: no token ids, wanted input_ids for a model of texts");
}

} // namespace
} // namespace espalier
