// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/gates.h"

#include "core/forward/loss.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "core/training/learner.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_growth.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

using test::toyBatch;
using test::toyParameters;

/// A block, a head (with its group, or one in each), channels and units more.
ModelShape larger(const ModelShape& parent)
{
    ModelShape shape = parent;
    shape.layers += 1;
    shape.heads += parent.kvHeads == 1 ? 1 : 2;
    shape.kvHeads += parent.kvHeads == parent.heads ? 2 : 0;
    const bool free = parent.heads * parent.headDim != parent.hidden;
    shape.hidden = free ? parent.hidden + 5 : shape.heads * shape.headDim;
    shape.mlp += 3;
    return resized(parent, shape);
}

TransferPlan randomGrowth(const ModelConfig& parent, const ModelShape& shape)
{
    return test::grow("random-growth", shape, {}, parent).value();
}

/// The start, with new members so loud that nobody misses them.
ParameterSet loudStart(const TransferPlan& plan, const ParameterSet& parent)
{
    TransferPlan loud = plan;
    for (auto& [id, rule] : loud.rules)
        if (rule.noise && rule.noise->std > 0)
            rule.noise->std = 0.5;
    return applyPlan(loud, parent).value();
}

double differenceOf(const at::Tensor& found, const at::Tensor& wanted)
{
    return found.sub(wanted).abs().max().item<double>() / wanted.abs().max().item<double>();
}

TEST(Gates, ShutAreTheParentInEveryFamilyWithoutNormsOnTheStream)
{
    int families = 0;
    for (const auto& [name, config] : test::toyFamilies()) {
        if (config.flavour.layout == BlockLayout::PostNorm)
            continue;
        SCOPED_TRACE(name);
        const at::NoGradGuard noGradients;
        const ParameterSet parent = toyParameters(config);
        const TransferPlan plan = randomGrowth(config, larger(config.shape));
        const auto members = newMembersOf(plan);
        ASSERT_TRUE(members) << members.error().message;
        EXPECT_EQ(members->blocks, std::vector<int>{2});
        EXPECT_FALSE(members->channels.empty());
        const ParameterSet start = loudStart(plan, parent);
        const Batch batch = toyBatch(config, 3);
        const at::Tensor wanted = logitsOf(parent, batch);
        EXPECT_LE(differenceOf(logitsOf(gated(start, *members, 0), batch), wanted), 1e-4);
        EXPECT_GT(differenceOf(logitsOf(gated(start, *members, 0.3), batch), wanted), 1e-3);
        EXPECT_LE(
            differenceOf(logitsOf(gated(start, *members, 1), batch), logitsOf(start, batch)), 1e-4);
        ++families;
    }
    EXPECT_GE(families, 11);
}

TEST(Gates, OfHeadsAndUnitsAloneStandUnderPostNormToo)
{
    const at::NoGradGuard noGradients;
    const ModelConfig config = test::toyBert();
    const ParameterSet parent = toyParameters(config);
    ModelShape shape = config.shape;
    shape.mlp += 4;
    const TransferPlan plan = randomGrowth(config, shape);
    const auto members = newMembersOf(plan);
    ASSERT_TRUE(members) << members.error().message;
    EXPECT_EQ(members->inside[1],
        (NewMembers::InBlock{.block = 1, .heads = {}, .units = {10, 11, 12, 13}}));
    const Batch batch = toyBatch(config, 2);
    EXPECT_LE(differenceOf(logitsOf(gated(loudStart(plan, parent), *members, 0), batch),
                  logitsOf(parent, batch)),
        1e-4);
}

TEST(Gates, AreRefusedWhereTheyCouldNotShut)
{
    const auto refusal = [](const TransferPlan& plan) {
        const auto members = newMembersOf(plan);
        return members ? std::string() : members.error().message;
    };
    const auto grown = [](const char* method, const ModelConfig& parent, std::int64_t layers) {
        ModelShape shape = parent.shape;
        shape.layers = layers;
        shape.hidden += layers == parent.shape.layers ? parent.shape.headDim : 0;
        shape.heads = shape.kvHeads = shape.hidden / shape.headDim;
        return test::grow(method, shape, {}, parent).value();
    };
    const std::string wanted = ", wanted a start with new members beside its parent's";
    EXPECT_EQ(refusal(grown("random-growth", test::toyBert(), 3)),
        "gates: found new blocks behind norms on the stream itself (post-norm)" + wanted);
    EXPECT_EQ(refusal(grown("random-growth", test::toyBert(), 2)),
        "gates: found new channels behind norms on the stream itself (post-norm)" + wanted);
    EXPECT_EQ(
        refusal(grown("net2net", test::toyGpt2(), 2)), "gates: found none that are new" + wanted);
    EXPECT_EQ(refusal(grown("random", test::toyGpt2(), 3)),
        "gates: found no block of the parent's" + wanted);
    ModelConfig rms = test::toyGpt2();
    rms.flavour.norm = NormKind::Rms;
    EXPECT_EQ(refusal(grown("zero-growth", rms, 2)),
        "gates: found norms that make up for new channels already" + wanted);
}

/// The loss through gates half open, as a function of what they stand on.
double lossThrough(const ParameterSet& start, const NewMembers& members, const Batch& batch)
{
    const at::NoGradGuard noGradients;
    return lossOf(gated(start, members, 0.4), batch).item<double>();
}

TEST(Gates, LetGradientsPass)
{
    constexpr double kStep = 1e-5;
    for (const ModelConfig& config : {test::toyGpt2(), test::toyQwen3(), test::toyCait()}) {
        const TransferPlan plan = randomGrowth(config, larger(config.shape));
        const NewMembers members = newMembersOf(plan).value();
        ParameterSet start =
            convertedTo(loudStart(plan, toyParameters(config)), at::kCPU, at::kDouble);
        const Batch batch = convertedTo(toyBatch(config, 2), at::kCPU, at::kDouble);
        requireGradients(start);
        lossOf(gated(start, members, 0.4), batch).backward();
        SequenceRng rng(Seed{2});
        for (auto& [id, tensor] : start.tensors) {
            ASSERT_TRUE(tensor.grad().defined()) << nameOf(id);
            const at::Tensor gradients = tensor.grad().contiguous();
            double* const values = tensor.mutable_data_ptr<double>();
            const auto i = rng.below(static_cast<std::uint64_t>(tensor.numel()));
            const double original = values[i];
            values[i] = original + kStep;
            const double above = lossThrough(start, members, batch);
            values[i] = original - kStep;
            const double below = lossThrough(start, members, batch);
            values[i] = original;
            EXPECT_NEAR(gradients.const_data_ptr<double>()[i], (above - below) / (2 * kStep), 1e-7)
                << config.family << " " << nameOf(id);
        }
    }
}

TEST(Gates, OpenEvenlyOverTheFirstSteps)
{
    TrainSettings settings;
    settings.aids.gateSteps = 8;
    EXPECT_EQ(gateAt(settings, 0), 0);
    EXPECT_EQ(gateAt(settings, 2), 0.25);
    EXPECT_EQ(gateAt(settings, 8), 1);
    EXPECT_EQ(gateAt(settings, 100), 1);
    settings.aids.gateSteps = 0;
    EXPECT_EQ(gateAt(settings, 0), 1);
}

TEST(Gates, OfAStageShutWhenTheModelHasGrown)
{
    TrainSettings settings;
    GrowthStage gatedStage;
    gatedStage.atStep = 10;
    gatedStage.gateSteps = 4;
    GrowthStage plainStage;
    plainStage.atStep = 14;
    settings.growth = {gatedStage, plainStage};
    EXPECT_EQ(gateAt(settings, 9), 1);
    EXPECT_EQ(gateAt(settings, 10), 0);
    EXPECT_EQ(gateAt(settings, 13), 0.75);
    EXPECT_EQ(gateAt(settings, 14), 1);
    EXPECT_EQ(gateBehind(settings, 10), 1); // it grows before the next update only
    EXPECT_EQ(gateBehind(settings, 11), 0.25);
    EXPECT_EQ(gateBehind(settings, 14), 1);
}

TEST(Gates, OfALearnerAreTheParentShutAndNobodyOpen)
{
    const ModelConfig config = test::toyGpt2();
    const ParameterSet parent = toyParameters(config);
    const TransferPlan plan = randomGrowth(config, larger(config.shape));
    const ParameterSet start = loudStart(plan, parent);
    const Batch batch = toyBatch(config, 2);
    Learner plain(start, {}, at::kCPU);
    Learner opened(start, {}, at::kCPU);
    Learner shut(start, {}, at::kCPU);
    for (Learner* learner : {&opened, &shut})
        learner->setNewMembers(newMembersOf(plan).value());
    EXPECT_NEAR(
        shut.step(batch, 1e-3, 1, {.gate = 0}).loss, lossOf(parent, batch).item<double>(), 1e-4);
    EXPECT_EQ(opened.step(batch, 1e-3, 1).loss, plain.step(batch, 1e-3, 1).loss);
    for (const auto& [id, tensor] : plain.parameters().tensors)
        EXPECT_TRUE(at::equal(tensor, opened.parameters().tensors.at(id))) << nameOf(id);
}

} // namespace
} // namespace espalier
