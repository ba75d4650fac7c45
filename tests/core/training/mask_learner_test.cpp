// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/mask_learner.h"

#include "core/forward/loss.h"
#include "core/methods/catalog.h"
#include "core/methods/read_scores.h"
#include "core/training/hard_concrete.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

Batch toyBatch()
{
    return {
        .inputIds_BT = at::tensor({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, at::kLong).view({2, 6})};
}

MaskLearning quick()
{
    return {.steps = 60, .batch = 2, .rampShare = 0.2, .maskRate = 0.3, .multiplierRate = 1};
}

std::vector<std::int64_t> largest(const std::vector<double>& scores, std::size_t count)
{
    std::vector<std::int64_t> order(scores.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<std::int64_t>(i);
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
    });
    order.resize(count);
    std::sort(order.begin(), order.end());
    return order;
}

/// Of every second score, from `first` on.
double meanOf(const std::vector<double>& scores, std::size_t first)
{
    double sum = 0;
    double count = 0;
    for (std::size_t i = first; i < scores.size(); i += 2, ++count)
        sum += scores[i];
    return sum / count;
}

TEST(HardConcrete, GatesOfSureLogitsAreExactlyOpenOrClosed)
{
    const at::Tensor open = drawGates(at::full({200}, 20.0F, at::kFloat), {1});
    const at::Tensor closed = drawGates(at::full({200}, -20.0F, at::kFloat), {1});
    EXPECT_EQ(open.min().item<float>(), 1);
    EXPECT_EQ(closed.max().item<float>(), 0);
}

TEST(HardConcrete, GatesAreOpenAsOftenAsTheProbabilitySays)
{
    const at::Tensor logits = at::full({20000}, 0.5F, at::kFloat);
    const double share = drawGates(logits, {2}).gt(0).to(at::kDouble).mean().item<double>();
    const double wanted = openProbability(logits)[0].item<double>();
    EXPECT_NEAR(wanted, 1 / (1 + std::exp(-(0.5 + 2.0 / 3 * std::log(11)))), 1e-6);
    EXPECT_NEAR(share, wanted, 4 * std::sqrt(wanted * (1 - wanted) / 20000));
}

/// Half of the units, and one head, write nothing.
void silence(ParameterSet& parent)
{
    const at::NoGradGuard noGradients;
    const ModelShape& shape = parent.config.shape;
    for (int l = 0; l < blocksOf(shape); ++l) {
        for (std::int64_t unit = 0; unit < lengthOf(mlpAxisOf(shape, l), shape); unit += 2)
            parent.at(Role::MlpDownWeight, l).select(1, unit).zero_();
        parent.at(Role::AttentionOutWeight, l).narrow(1, 0, shape.headDim).zero_();
    }
}

/// A model that knows the batch by heart, by the parts that speak: what they write matters.
ParameterSet parentWithSilentParts(const ModelConfig& config, const Batch& batch)
{
    ParameterSet parent = cloneOf(test::toyParameters(config));
    requireGradients(parent);
    for (int step = 0; step < 120; ++step) {
        silence(parent);
        lossOf(parent, batch).backward();
        const at::NoGradGuard noGradients;
        for (auto& [id, tensor] : parent.tensors) {
            tensor.sub_(tensor.grad(), 0.2);
            tensor.mutable_grad() = at::Tensor();
        }
    }
    silence(parent);
    return cloneOf(parent);
}

TEST(MaskLearner, ClosesUnitsAndHeadsThatWriteNothing)
{
    const ParameterSet parent = parentWithSilentParts(test::toyGpt2(), toyBatch());
    ModelShape target = parent.config.shape;
    target.mlp /= 2;
    target.heads -= 1;
    target.kvHeads -= 1;
    const Result<LearnedMasks> masks =
        learnMasks(parent, target, [](std::int64_t) { return toyBatch(); }, quick(), {1});
    ASSERT_TRUE(masks) << masks.error().message;
    EXPECT_TRUE(masks->scores.embedding_D.empty()) << "the stream keeps its size";
    EXPECT_TRUE(masks->blocks_L.empty());
    for (std::int64_t l = 0; l < parent.config.shape.layers; ++l) {
        const std::vector<double> units = rowOf(masks->scores.mlp_LM, l);
        EXPECT_GT(meanOf(units, 1), meanOf(units, 0) + 0.2) << "even units write nothing";
        const std::vector<double> channels = rowOf(masks->scores.context_LC, l);
        EXPECT_EQ(std::min_element(channels.begin(), channels.end()), channels.begin())
            << "the first head writes nothing";
    }
}

TEST(MaskLearner, ClosesThemInClassAttentionToo)
{
    const ModelConfig config = test::toyCait();
    const Batch batch = test::toyBatch(config, 4);
    const ParameterSet parent = parentWithSilentParts(config, batch);
    ModelShape target = config.shape;
    target.mlp /= 2;
    target.heads -= 1;
    target.kvHeads -= 1;
    const Result<LearnedMasks> masks =
        learnMasks(parent, target, [&](std::int64_t) { return batch; }, quick(), {1});
    ASSERT_TRUE(masks) << masks.error().message;
    EXPECT_EQ(masks->scores.context_LC.rows, 2);
    for (std::int64_t l = 0; l < config.shape.classLayers; ++l) {
        const std::vector<double> units = rowOf(masks->scores.classMlp_LM, l);
        EXPECT_GT(meanOf(units, 1), meanOf(units, 0) + 0.2) << "even units write nothing";
        const std::vector<double> channels = rowOf(masks->scores.classContext_LC, l);
        EXPECT_EQ(std::min_element(channels.begin(), channels.end()), channels.begin())
            << "the first head writes nothing";
    }
}

TEST(MaskLearner, ComesNearTheWantedSizeGivenTime)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    ModelShape target = parent.config.shape;
    target.mlp /= 2;
    MaskLearning settings = quick();
    settings.steps = 600;
    settings.maskRate = 0.1;
    const auto masks =
        learnMasks(parent, target, [](std::int64_t) { return toyBatch(); }, settings, {1});
    ASSERT_TRUE(masks) << masks.error().message;
    EXPECT_NEAR(masks->mlp, static_cast<double>(target.mlp), 1);
    EXPECT_EQ(masks->hidden, static_cast<double>(target.hidden));
}

TEST(Sheared, KeepsWhatTheMasksFavourAndTheFirstBeforeTheyLearned)
{
    const ModelConfig parent = test::toyGpt2({.layers = 3});
    PlanRequest request{.parent = parent, .childShape = parent.shape, .options = {}, .seed = {}};
    request.childShape.layers = 2;
    request.childShape.mlp = 2;
    const Result<TransferPlan> unlearned = makePlan(*findMethod("sheared"), request);
    ASSERT_TRUE(unlearned) << unlearned.error().message;
    EXPECT_EQ(unlearned->blocks[0].terms.front().maps.at(AxisLabel::Mlp).child_from_parent,
        (std::vector<std::int64_t>{0, 1}));

    LearnedMasks masks;
    masks.blocks_L = {4, -1, 2};
    masks.scores.mlp_LM = {.rows = 3, .cols = parent.shape.mlp};
    masks.scores.mlp_LM.values.assign(static_cast<std::size_t>(3 * parent.shape.mlp), 0.0);
    for (std::int64_t l = 0; l < 3; ++l)
        for (const std::int64_t unit : {3, 5})
            masks.scores.mlp_LM.values[static_cast<std::size_t>(l * parent.shape.mlp + unit)] = 1;
    request.masks = &masks;
    const Result<TransferPlan> plan = makePlan(*findMethod("sheared"), request);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->blocks[1].terms.front().parentBlock, 2) << "block 1 closed";
    EXPECT_EQ(plan->blocks[0].terms.front().maps.at(AxisLabel::Mlp).child_from_parent,
        (std::vector<std::int64_t>{3, 5}));
}

TEST(MaskLearner, ClosesABlockThatDoesNothing)
{
    ParameterSet parent = cloneOf(test::toyParameters(test::toyGpt2({.layers = 4})));
    for (const Role role :
        {Role::AttentionOutWeight, Role::AttentionOutBias, Role::MlpDownWeight, Role::MlpDownBias})
        parent.at(role, 1).zero_();
    ModelShape target = parent.config.shape;
    target.layers = 3;
    const Result<LearnedMasks> masks =
        learnMasks(parent, target, [](std::int64_t) { return toyBatch(); }, quick(), {1});
    ASSERT_TRUE(masks) << masks.error().message;
    EXPECT_EQ(largest(masks->blocks_L, 3), (std::vector<std::int64_t>{0, 2, 3}));
}

TEST(MaskLearner, IsAPureFunctionOfItsInputsAndItsSeed)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    ModelShape target = parent.config.shape;
    target.hidden /= 2;
    target.mlp /= 2;
    const auto batchAt = [](std::int64_t) {
        return toyBatch();
    };
    MaskLearning settings = quick();
    settings.steps = 5;
    const Result<LearnedMasks> once = learnMasks(parent, target, batchAt, settings, {1});
    EXPECT_EQ(*once, *learnMasks(parent, target, batchAt, settings, {1}));
    EXPECT_NE(*once, *learnMasks(parent, target, batchAt, settings, {2}));
}

TEST(MaskLearner, StartsAtTheParentsLoss)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    ModelShape target = parent.config.shape;
    target.hidden /= 2;
    MaskLearning settings = quick();
    settings.steps = 1;
    const auto masks =
        learnMasks(parent, target, [](std::int64_t) { return toyBatch(); }, settings, {1});
    ASSERT_TRUE(masks);
    EXPECT_NEAR(masks->losses[0], lossOf(parent, toyBatch()).item<double>(), 0.05)
        << "gates of logit 5 are nearly always open";
}

TEST(MaskLearner, RefusesWhatIsNotSmaller)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    const auto batchAt = [](std::int64_t) {
        return toyBatch();
    };
    EXPECT_EQ(learnMasks(parent, parent.config.shape, batchAt, quick(), {1}).error().message,
        "learning masks: found the parent's shape, wanted less");
    ModelShape larger = parent.config.shape;
    larger.mlp += 1;
    EXPECT_FALSE(learnMasks(parent, larger, batchAt, quick(), {1}));
}

} // namespace
} // namespace espalier
