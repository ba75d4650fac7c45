// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/learnable_plan.h"

#include "core/forward/loss.h"
#include "core/methods/catalog.h"
#include "core/plan/dense_form.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace espalier {
namespace {

using Indices = std::vector<std::int64_t>;

/// Another block, another head (in groups: another head of each), wider, 13 units.
ModelShape largerThan(const ModelShape& parent)
{
    ModelShape shape = parent;
    shape.layers = 3;
    shape.heads = parent.heads + parent.kvHeads;
    shape.mlp = 13;
    if (parent.kvHeads == parent.heads)
        shape.kvHeads = shape.heads = parent.heads + 1;
    shape.hidden = shape.heads * shape.headDim;
    return resized(parent, shape);
}

TransferPlan ligoPlan(const ModelConfig& parent, const ModelShape& shape, Options options = {})
{
    const auto plan = makePlan(*findMethod("ligo"),
        {.parent = parent, .childShape = shape, .options = std::move(options), .seed = {3}});
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
    return *plan;
}

ModelConfig groupedLlama()
{
    ModelConfig config = test::toyLlama({.heads = 4});
    config.shape.kvHeads = 2;
    return config;
}

std::vector<ModelConfig> toys()
{
    return {test::toyGpt2(), test::toyGpt2({}, false), groupedLlama(), test::toyBert(),
        test::toyRoberta(), test::toyDistilbert(), test::toyVit(), test::toyCait()};
}

ParameterSet doubles(const ModelConfig& config)
{
    return convertedTo(test::toyParameters(config), at::kCPU, at::kDouble);
}

double lossWithout(const LearnablePlan& plan, const Batch& batch)
{
    const c10::NoGradGuard noGradients;
    return lossOf(plan.destination(), batch).item<double>();
}

/// With the leaf moved for a moment.
double lossAfter(const LearnablePlan& plan, const at::Tensor& leaf, const Batch& batch)
{
    const c10::NoGradGuard noGradients;
    leaf.add_(1);
    const double loss = lossWithout(plan, batch);
    leaf.sub_(1);
    return loss;
}

/// Central differences of two cells of every leaf, everything in fp64.
void expectSlopes(const TransferPlan& plan, const ModelConfig& config)
{
    constexpr double kStep = 1e-5;
    const LearnablePlan learnable(plan, doubles(config), true, true);
    const Batch batch = convertedTo(test::toyBatch(plan.child, 3), at::kCPU, at::kDouble);
    lossOf(learnable.destination(), batch).backward();
    SequenceRng rng(Seed{2});
    for (std::size_t leaf = 0; leaf < learnable.leaves().size(); ++leaf) {
        const at::Tensor& values = learnable.leaves()[leaf];
        if (!values.grad().defined()) {
            EXPECT_EQ(lossAfter(learnable, values, batch), lossWithout(learnable, batch))
                << "nothing reads it";
            continue;
        }
        const at::Tensor gradients = values.grad().contiguous();
        double* const cells = values.mutable_data_ptr<double>();
        for (int n = 0; n < 2; ++n) {
            const auto i =
                static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(values.numel())));
            const double original = cells[i];
            cells[i] = original + kStep;
            const double above = lossWithout(learnable, batch);
            cells[i] = original - kStep;
            const double below = lossWithout(learnable, batch);
            cells[i] = original;
            EXPECT_NEAR(gradients.const_data_ptr<double>()[i], (above - below) / (2 * kStep), 1e-7)
                << config.family << ", leaf " << leaf;
        }
    }
}

at::Tensor indexOf(Indices indices)
{
    return at::from_blob(indices.data(), {static_cast<std::int64_t>(indices.size())}, at::kLong)
        .clone();
}

/// Which parent index each child index copies: the one-hot rows of a writing matrix.
Indices copiedBy(const AxisMap& map)
{
    Indices indices;
    for (std::int64_t row = 0; row < map.write.rows; ++row)
        for (std::int64_t col = 0; col < map.write.cols; ++col)
            if (map.write.at(row, col) == 1)
                indices.push_back(col);
    return indices;
}

/// 1 / copies of what each child index copies, as doubles.
at::Tensor sharesOf(const Indices& copied)
{
    at::Tensor shares = at::ones({static_cast<std::int64_t>(copied.size())}, at::kDouble);
    for (std::size_t i = 0; i < copied.size(); ++i)
        shares[static_cast<std::int64_t>(i)] =
            1.0 / static_cast<double>(std::count(copied.begin(), copied.end(), copied[i]));
    return shares;
}

TEST(LearnablePlan, MakesWhatApplyPlanMakes)
{
    for (const ModelConfig& config : toys())
        for (const char* readers : {"tied", "divided"})
            for (const char* operators : {"block", "shared"}) {
                const TransferPlan plan = ligoPlan(config, largerThan(config.shape),
                    {{"readers", std::string(readers)}, {"operators", std::string(operators)}});
                const auto applied = applyPlan(plan, test::toyParameters(config));
                ASSERT_TRUE(applied);
                const ParameterSet made =
                    LearnablePlan(plan, doubles(config), true, true).destination();
                ASSERT_EQ(made.tensors.size(), applied->tensors.size());
                for (const auto& [id, values] : made.tensors)
                    EXPECT_TRUE(at::allclose(
                        values.to(at::kFloat), applied->at(id.role, id.block), 1e-6, 1e-6))
                        << config.family << " " << nameOf(id);
            }
}

TEST(LearnablePlan, TheSlopeOfALanguageModelsLossReachesEveryOperator)
{
    expectSlopes(ligoPlan(test::toyGpt2(), largerThan(test::toyGpt2().shape)), test::toyGpt2());
}

TEST(LearnablePlan, TheSlopePassesThroughGroupsAndGates)
{
    expectSlopes(ligoPlan(groupedLlama(), largerThan(groupedLlama().shape)), groupedLlama());
    ModelShape groups = largerThan(groupedLlama().shape);
    groups.kvHeads = 3;
    groups.heads = 9;
    groups.hidden = 36;
    expectSlopes(ligoPlan(groupedLlama(), groups), groupedLlama());
}

TEST(LearnablePlan, TheSlopePassesThroughDividedReaders)
{
    ModelShape groups = largerThan(groupedLlama().shape);
    groups.kvHeads = 3;
    groups.heads = 9;
    groups.hidden = 36;
    expectSlopes(
        ligoPlan(groupedLlama(), groups, {{"readers", std::string("divided")}}), groupedLlama());
    expectSlopes(ligoPlan(test::toyVit(), largerThan(test::toyVit().shape),
                     {{"readers", std::string("divided")}, {"operators", std::string("shared")}}),
        test::toyVit());
}

TEST(LearnablePlan, HasNoLeavesForWhatIsNotTuned)
{
    const ModelConfig config = test::toyGpt2();
    const TransferPlan plan = ligoPlan(config, largerThan(config.shape));
    const ParameterSet parent = test::toyParameters(config);
    const Operators start = operatorsOf(plan);
    EXPECT_EQ(LearnablePlan(plan, parent, true, false).leaves().size(), start.width.size());
    EXPECT_EQ(LearnablePlan(plan, parent, false, true).leaves().size(), start.depth.size());
    EXPECT_EQ(LearnablePlan(plan, parent, false, true).operators().width, start.width)
        << "untouched numbers keep all their bits";
}

TEST(LearnablePlan, RefusesTermsWithMapsOfTheirOwn)
{
    TransferPlan plan = test::permutationPlan(test::toyGpt2(), {1});
    ASSERT_TRUE(LearnablePlan::accepts(ligoPlan(test::toyGpt2(), largerThan(plan.parent.shape))));
    plan.blocks[0].terms[0].maps[AxisLabel::Mlp] = AxisMap::identity(10);
    EXPECT_FALSE(LearnablePlan::accepts(plan));
}

// Proposition 1: stacking, interpolation and Net2Net are LiGO with the right operators, bit for
// bit.

void expectBlocks(const char* scheme, std::int64_t layers, const std::vector<int>& sources)
{
    const ModelConfig config = test::toyGpt2();
    ModelShape shape = config.shape;
    shape.layers = layers;
    const TransferPlan plan = ligoPlan(config, shape, {{"depth", std::string(scheme)}});
    const ParameterSet parent = test::toyParameters(config);
    const auto child = applyPlan(plan, parent);
    ASSERT_TRUE(child);
    const ParameterSet exact = LearnablePlan(plan, doubles(config), true, true).destination();
    for (const auto& [id, values] : child->tensors) {
        const int source = id.block < 0 ? -1 : sources[static_cast<std::size_t>(id.block)];
        EXPECT_TRUE(at::equal(values, parent.at(id.role, source))) << scheme << " " << nameOf(id);
        EXPECT_TRUE(
            at::equal(exact.at(id.role, id.block), parent.at(id.role, source).to(at::kDouble)))
            << scheme << " " << nameOf(id);
    }
}

TEST(PropositionOne, StackingIsLigoWithOneHotDepth)
{
    expectBlocks("stackbert", 5, {0, 1, 0, 1, 0});
}

TEST(PropositionOne, InterpolationIsLigoWithOneHotDepth)
{
    expectBlocks("interlace", 4, {0, 0, 1, 1});
}

TEST(PropositionOne, Net2NetIsLigoWithCopiesAndDividedReaders)
{
    const ModelConfig config = test::toyGpt2();
    ModelShape shape = config.shape;
    shape.hidden = 32; // some channels have two copies, some three or more
    shape.heads = shape.kvHeads = 8;
    shape.mlp = 27;
    const TransferPlan plan = ligoPlan(
        config, shape, {{"width", std::string("sel")}, {"readers", std::string("divided")}});
    const Indices d = copiedBy(plan.globalMaps.at(AxisLabel::Residual));
    ASSERT_EQ(d.size(), 32U);
    const ParameterSet parent = doubles(config);
    const auto child = applyPlan(plan, test::toyParameters(config));
    ASSERT_TRUE(child);
    const ParameterSet exact = LearnablePlan(plan, parent, true, true).destination();
    for (const int block : {0, 1}) {
        const Indices m =
            copiedBy(plan.blocks[static_cast<std::size_t>(block)].maps.at(AxisLabel::Mlp));
        const at::Tensor up = parent.at(Role::MlpUpWeight, block)
                                  .index_select(0, indexOf(m))
                                  .index_select(1, indexOf(d))
                                  .mul(sharesOf(d));
        const at::Tensor down = parent.at(Role::MlpDownWeight, block)
                                    .index_select(0, indexOf(d))
                                    .index_select(1, indexOf(m))
                                    .mul(sharesOf(m));
        const at::Tensor gain = parent.at(Role::MlpNormGain, block).index_select(0, indexOf(d));
        for (const auto& [role, hand] : {std::pair(Role::MlpUpWeight, up),
                 std::pair(Role::MlpDownWeight, down), std::pair(Role::MlpNormGain, gain)}) {
            EXPECT_TRUE(at::equal(exact.at(role, block), hand)) << nameOf(role);
            EXPECT_TRUE(at::equal(child->at(role, block), hand.to(at::kFloat))) << nameOf(role);
        }
    }
}

TEST(PropositionOne, EveryPlanOfRepeatsIsAPlanOfMatrices)
{
    const ModelConfig config = test::toyGpt2();
    TransferPlan plan = test::permutationPlan(config, {4});
    plan.child.shape.mlp = 12;
    for (DestinationBlock& block : plan.blocks)
        for (SourceTerm& term : block.terms)
            term.maps[AxisLabel::Mlp] = AxisMap::repeat(10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 0});
    const ParameterSet parent = test::toyParameters(config);
    const auto lists = applyPlan(plan, parent);
    const auto matrices = applyPlan(denseForm(plan), parent);
    ASSERT_TRUE(lists && matrices);
    for (const auto& [id, values] : lists->tensors)
        EXPECT_TRUE(at::equal(values, matrices->at(id.role, id.block))) << nameOf(id);
}

} // namespace
} // namespace espalier
