// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/scale_fitter.h"

#include "core/forward/attention.h"
#include "core/forward/block.h"
#include "core/forward/transformer.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/std.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

using test::labelledBatch;
using test::seenAt;
using test::toyGpt2;
using test::toyParameters;

ModelConfig twoHeads()
{
    return toyGpt2({.layers = 2, .hidden = 12, .heads = 2, .headDim = 6, .mlp = 10});
}

/// The first half of all channels, heads and units, unscaled.
TransferPlan firstHalf(const ModelConfig& parent)
{
    ModelShape shape = parent.shape;
    shape.hidden /= 2;
    shape.heads /= 2;
    shape.kvHeads = std::max<std::int64_t>(1, shape.kvHeads / 2);
    shape.mlp /= 2;
    const auto plan = makePlan(*findMethod("subcloning"),
        {.parent = parent,
            .childShape = resized(parent.shape, shape),
            .options = {{"order", std::string("first")}, {"scale", std::string("none")},
                {"tied-head", std::string("none")}}});
    EXPECT_TRUE(plan) << plan.error().message;
    return *plan;
}

ParameterSet childOf(const TransferPlan& plan, const ParameterSet& parent)
{
    auto child = applyPlan(plan, parent);
    EXPECT_TRUE(child);
    return *std::move(child);
}

struct Fitted
{
    ParameterSet parent;
    ParameterSet child;
    Batch batch; ///< on which it was fitted
};

/// The first half of a toy, fitted on six samples.
Fitted fitted(const ModelConfig& config, ScaleFit fit)
{
    const ParameterSet parent = toyParameters(config);
    const Batch batch = labelledBatch(config, 6);
    const auto plan = fitScales(firstHalf(config), parent, {batch}, fit);
    EXPECT_TRUE(plan) << plan.error().message;
    EXPECT_TRUE(checkPlan(*plan)) << checkPlan(*plan).error().message;
    return {parent, childOf(*plan, parent), batch};
}

/// Standard deviations of W x + b over all tokens, [rows].
at::Tensor spreadOf(const ParameterSet& parameters, const Batch& batch, Role weight, Role bias,
    Tap input, int block)
{
    const at::Tensor input_NC = seenAt(parameters, batch, input, block);
    at::Tensor output = at::matmul(input_NC, parameters.at(weight, block).to(at::kDouble).t());
    if (const at::Tensor b = parameters.find(bias, block); b.defined())
        output = output.add(b.to(at::kDouble));
    return at::std(output, at::IntArrayRef{0}, /*correction=*/0);
}

void expectSameSpread(const ParameterSet& parent, const ParameterSet& child, const Batch& batch,
    Role weight, Role bias, Tap input, std::int64_t rows)
{
    for (int block = 0; block < child.config.shape.layers; ++block) {
        const at::Tensor wanted = spreadOf(parent, batch, weight, bias, input, block);
        const at::Tensor found = spreadOf(child, batch, weight, bias, input, block);
        for (std::int64_t row = 0; row < rows; ++row)
            EXPECT_NEAR(found[row].item<double>() / wanted[row].item<double>(), 1, 1e-4)
                << nameOf(weight) << " " << block << " row " << row;
    }
}

TEST(FitScales, GivesEveryRowsOutputTheParentsSpread)
{
    const auto [parent, child, batch] = fitted(twoHeads(), ScaleFit::Outputs);
    // The parent's rows that were kept are the first of each kind.
    expectSameSpread(parent, child, batch, Role::QkvWeight, Role::QkvBias, Tap::AttentionNorm, 6);
    expectSameSpread(
        parent, child, batch, Role::AttentionOutWeight, Role::AttentionOutBias, Tap::Context, 6);
    expectSameSpread(parent, child, batch, Role::MlpUpWeight, Role::MlpUpBias, Tap::MlpNorm, 5);
    expectSameSpread(
        parent, child, batch, Role::MlpDownWeight, Role::MlpDownBias, Tap::MlpHidden, 6);
}

/// What a tap of a class-attention block shows, [B, tokens, channels].
at::Tensor seenBehind(const ParameterSet& parameters, const Batch& batch, Tap wanted, int block)
{
    const at::Tensor stream_BTD = runTrunk(parameters, batch);
    at::Tensor class_B1D = classTokens(parameters, stream_BTD.size(0));
    at::Tensor seen;
    const TapObserver observer = [&](Tap tap, int, const at::Tensor& value) {
        if (tap == wanted)
            seen = value;
    };
    for (int b = static_cast<int>(parameters.config.shape.layers); b <= block; ++b)
        class_B1D = runClassBlock(parameters, b, class_B1D, stream_BTD, observer, observer);
    return seen;
}

/// Standard deviations of W x + b of these tokens, [rows].
at::Tensor spreadBehind(
    const ParameterSet& parameters, const at::Tensor& input_NC, Role weight, Role bias, int block)
{
    const at::Tensor output = at::linear(input_NC.to(at::kDouble),
        parameters.at(weight, block).to(at::kDouble), parameters.at(bias, block).to(at::kDouble));
    return at::std(output, at::IntArrayRef{0}, /*correction=*/0);
}

TEST(FitScales, ServesClassAttentionBlocks)
{
    const auto [parent, child, batch] = fitted(
        test::toyCait({.hidden = 12, .heads = 2, .headDim = 6, .mlp = 10}), ScaleFit::Outputs);
    ASSERT_EQ(child.config.shape.classMlp, 8);
    const auto expectSame = [&](Role weight, Role bias, Tap tap, bool classTokenAlone,
                                std::int64_t parentRow, std::int64_t childRow, std::int64_t rows) {
        for (int block = 2; block < 4; ++block) {
            const auto spread = [&](const ParameterSet& parameters, std::int64_t first) {
                const at::Tensor input_BTC = seenBehind(parameters, batch, tap, block);
                return spreadBehind(parameters,
                    classTokenAlone ? input_BTC.select(1, 0) : input_BTC.flatten(0, 1), weight,
                    bias, block)
                    .narrow(0, first, rows);
            };
            EXPECT_TRUE(at::allclose(spread(child, childRow), spread(parent, parentRow), 1e-4))
                << nameOf(weight) << " " << block;
        }
    };
    expectSame(Role::QkvWeight, Role::QkvBias, Tap::AttentionNorm, true, 0, 0, 6); // queries
    expectSame(Role::QkvWeight, Role::QkvBias, Tap::AttentionNorm, false, 12, 6, 6); // keys
    expectSame(Role::QkvWeight, Role::QkvBias, Tap::AttentionNorm, false, 24, 12, 6); // values
    expectSame(Role::AttentionOutWeight, Role::AttentionOutBias, Tap::Context, false, 0, 0, 6);
    expectSame(Role::MlpUpWeight, Role::MlpUpBias, Tap::MlpNorm, false, 0, 0, 8);
    expectSame(Role::MlpDownWeight, Role::MlpDownBias, Tap::MlpHidden, false, 0, 0, 6);
}

/// Standard deviation of what a head of the first class-attention block asks of all tokens.
double classLogitSpread(const ParameterSet& parameters, const Batch& batch, std::int64_t head)
{
    const QueryKeyValue qkv =
        queryKeyValueOf(parameters, 2, seenBehind(parameters, batch, Tap::AttentionNorm, 2), {});
    const at::Tensor logits_B1S = at::matmul(qkv.query_BHTh.select(1, head).narrow(1, 0, 1),
        qkv.key_BKTh.select(1, head).transpose(1, 2));
    const double headDim = static_cast<double>(parameters.config.shape.headDim);
    return at::std(logits_B1S.to(at::kDouble).div(std::sqrt(headDim)), false).item<double>();
}

TEST(FitScales, GivesWhatTheClassTokenAsksTheParentsSpread)
{
    const auto [parent, child, batch] = fitted(
        test::toyCait({.hidden = 12, .heads = 2, .headDim = 6, .mlp = 10}), ScaleFit::Logits);
    EXPECT_NEAR(classLogitSpread(child, batch, 0) / classLogitSpread(parent, batch, 0), 1, 1e-4);
}

TEST(FitScales, LeavesBiasesAlone)
{
    const ModelConfig config = twoHeads();
    const ParameterSet parent = toyParameters(config);
    const TransferPlan before = firstHalf(config);
    const auto plan = fitScales(before, parent, {labelledBatch(config, 4)}, ScaleFit::Outputs);
    ASSERT_TRUE(plan);
    const ParameterSet was = childOf(before, parent);
    const ParameterSet is = childOf(*plan, parent);
    EXPECT_TRUE(was.at(Role::MlpUpBias, 0).equal(is.at(Role::MlpUpBias, 0)));
    EXPECT_FALSE(was.at(Role::MlpUpWeight, 0).equal(is.at(Role::MlpUpWeight, 0)));
    EXPECT_TRUE(was.at(Role::TokenEmbedding).equal(is.at(Role::TokenEmbedding)));
}

/// Standard deviation of one head's causal attention logits in block 0.
double logitSpread(const ParameterSet& parameters, const Batch& batch, std::int64_t head)
{
    at::Tensor normed_BTD;
    (void)runTrunk(
        parameters, batch, {.observer = [&](Tap tap, int block, const at::Tensor& value) {
            if (tap == Tap::AttentionNorm && block == 0)
                normed_BTD = value;
        }});
    const QueryKeyValue qkv = queryKeyValueOf(parameters, 0, normed_BTD, {});
    double sum = 0;
    double squares = 0;
    double count = 0;
    for (std::int64_t b = 0; b < normed_BTD.size(0); ++b)
        for (std::int64_t t = 0; t < normed_BTD.size(1); ++t)
            for (std::int64_t s = 0; s <= t; ++s) {
                const double logit =
                    qkv.query_BHTh[b][head][t].dot(qkv.key_BKTh[b][head][s]).item<double>()
                    / std::sqrt(static_cast<double>(parameters.config.shape.headDim));
                sum += logit;
                squares += logit * logit;
                ++count;
            }
    return std::sqrt(squares / count - sum / count * (sum / count));
}

TEST(FitScales, GivesAHeadsAttentionLogitsTheParentsSpread)
{
    const ModelConfig config = toyGpt2({.layers = 1, .hidden = 12, .heads = 4, .headDim = 3});
    const ParameterSet parent = toyParameters(config);
    const Batch batch = labelledBatch(config, 2);
    const TransferPlan before = firstHalf(config);
    const auto plan = fitScales(before, parent, {batch}, ScaleFit::Logits);
    ASSERT_TRUE(plan);
    const ParameterSet child = childOf(*plan, parent);
    for (std::int64_t head = 0; head < 2; ++head) {
        EXPECT_NEAR(logitSpread(child, batch, head) / logitSpread(parent, batch, head), 1, 1e-4);
        EXPECT_GT(std::abs(logitSpread(childOf(before, parent), batch, head)
                          / logitSpread(parent, batch, head)
                      - 1),
            1e-2);
    }
    // Keys and values are as they were.
    const at::Tensor was = childOf(before, parent).at(Role::QkvWeight, 0);
    EXPECT_TRUE(child.at(Role::QkvWeight, 0).narrow(0, 6, 12).equal(was.narrow(0, 6, 12)));
}

TEST(FitScales, ServesEveryLayoutAndGivesALegalPlan)
{
    for (const ModelConfig& config :
        {test::toyVit(), test::toyBert(), test::toyGroupedLlama(), test::toyNeox(), test::toyOpt(),
            test::toyGemma2(), test::toyCait(), test::toyQwen3()}) {
        const ParameterSet parent = toyParameters(config);
        ModelShape sizes = config.shape;
        sizes.mlp /= 2;
        const ModelShape shape = resized(config.shape, sizes);
        const auto start = makePlan(*findMethod("subcloning"),
            {.parent = config,
                .childShape = shape,
                .options = {{"order", std::string("first")}, {"scale", std::string("none")},
                    {"tied-head", std::string("none")}}});
        ASSERT_TRUE(start) << config.family << start.error().message;
        for (const ScaleFit fit : {ScaleFit::Outputs, ScaleFit::Logits}) {
            const auto plan = fitScales(*start, parent, {labelledBatch(config, 3)}, fit);
            ASSERT_TRUE(plan) << config.family << plan.error().message;
            EXPECT_TRUE(checkPlan(*plan)) << config.family << checkPlan(*plan).error().message;
            for (const auto& [id, values] : childOf(*plan, parent).tensors)
                EXPECT_TRUE(values.isfinite().all().item<bool>()) << config.family << nameOf(id);
        }
    }
}

TEST(FitScales, ChangeNothingAtTheParentsSize)
{
    const ModelConfig config = test::toyGroupedLlama();
    const ParameterSet parent = toyParameters(config);
    const TransferPlan same = test::identityPlan(config);
    for (const ScaleFit fit : {ScaleFit::Outputs, ScaleFit::Logits}) {
        const auto plan = fitScales(same, parent, {labelledBatch(config, 2)}, fit);
        ASSERT_TRUE(plan);
        EXPECT_EQ(*plan, same);
    }
}

TEST(FitScales, AreOneForADeadUnit)
{
    const ModelConfig config = twoHeads();
    const ParameterSet parent = toyParameters(config);
    parent.at(Role::MlpUpWeight, 0)[1].zero_(); // says its bias, whatever it reads
    const auto plan =
        fitScales(firstHalf(config), parent, {labelledBatch(config, 4)}, ScaleFit::Outputs);
    ASSERT_TRUE(plan);
    const AxisMap& rows = plan->rules.at({Role::MlpUpWeight, 0}).maps.at(AxisLabel::Mlp);
    EXPECT_EQ(rows.writeWeight.at(1), 1);
}

TEST(FitScales, StopWhenTold)
{
    const ModelConfig config = twoHeads();
    const ParameterSet parent = toyParameters(config);
    std::stop_source stop;
    stop.request_stop();
    const auto plan = fitScales(firstHalf(config), parent, {labelledBatch(config, 2)},
        ScaleFit::Outputs, {.stop = stop.get_token()});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, ErrorCode::Cancelled);
}

} // namespace
} // namespace espalier
