// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/apply_plan.h"

#include "core/plan/provenance.h"
#include "core/tensors/fresh_parameters.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/toy_model.h"

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace espalier {
namespace {

using test::identityPlan;
using test::toyGpt2;
using test::toyParameters;
using test::toyVit;

ParameterSet applied(const TransferPlan& plan, const ParameterSet& parent)
{
    Result<ParameterSet> child = applyPlan(plan, parent);
    EXPECT_TRUE(child.ok());
    return *std::move(child);
}

void expectSameBits(const ParameterSet& a, const ParameterSet& b)
{
    ASSERT_EQ(a.tensors.size(), b.tensors.size());
    for (const auto& [id, tensor] : a.tensors)
        EXPECT_TRUE(at::equal(tensor, b.at(id.role, id.block))) << nameOf(id);
}

/// Half the width, one head of three, four of ten MLP units, block 1 alone.
TransferPlan halfPlan()
{
    const ModelConfig parent = toyGpt2();
    TransferPlan plan = identityPlan(parent);
    plan.child.shape.layers = 1;
    plan.child.shape.hidden = 6;
    plan.child.shape.heads = plan.child.shape.kvHeads = 1;
    plan.child.shape.mlp = 4;
    plan.globalMaps[AxisLabel::Residual] = AxisMap::select(12, {11, 3, 0, 7, 8, 2});
    SourceTerm term{.parentBlock = 1};
    for (const AxisLabel label :
        {AxisLabel::Query, AxisLabel::Key, AxisLabel::Value, AxisLabel::Context})
        term.maps[label] = AxisMap::select(12, channelsOfHeads({2}, 4));
    term.maps[AxisLabel::Mlp] = AxisMap::select(10, {9, 0, 4, 5});
    plan.blocks = {{.terms = {term}}};
    return plan;
}

float cell(
    const ParameterSet& parameters, const ParameterId& id, const std::vector<std::int64_t>& index)
{
    at::Tensor value = parameters.at(id.role, id.block);
    for (const std::int64_t i : index)
        value = value.select(0, i);
    return value.item<float>();
}

/// What provenance says of a cell, computed from the parent.
double toldBy(const CellOrigin& origin, const ParameterSet& parent)
{
    double sum = 0;
    for (const CellSource& source : origin.sources)
        sum += source.factor * cell(parent, source.parent, source.index)
            * (source.foldedGain ? cell(parent, *source.foldedGain, {source.index.back()}) : 1.0F);
    return sum;
}

/// Compares 40 random cells of every parameter.
void expectProvenanceAgrees(const TransferPlan& plan, const ParameterSet& parent, double tolerance)
{
    const ParameterSet child = applied(plan, parent);
    SequenceRng rng(Seed{3});
    for (const auto& [id, tensor] : child.tensors)
        for (int n = 0; n < 40; ++n) {
            std::vector<std::int64_t> index;
            for (const std::int64_t size : tensor.sizes())
                index.push_back(
                    static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(size))));
            const double told = toldBy(originOf(plan, id, index), parent);
            EXPECT_NEAR(cell(child, id, index), told, tolerance * (1 + std::abs(told)))
                << nameOf(id);
        }
}

TEST(ApplyPlan, FullSizePlanMovesEveryBit)
{
    for (const ModelConfig& config : {toyGpt2(), toyGpt2({}, false), toyVit()}) {
        ParameterSet parent = toyParameters(config);
        parent.at(Role::MlpUpBias, 0).fill_(NAN);
        parent.at(Role::AttentionOutBias, 0).fill_(-0.0F);
        const ParameterSet child = applied(identityPlan(config), parent);
        for (const auto& [id, tensor] : child.tensors) {
            const at::Tensor& original = parent.at(id.role, id.block);
            ASSERT_EQ(tensor.sizes(), original.sizes());
            EXPECT_EQ(
                std::memcmp(tensor.const_data_ptr(), original.const_data_ptr(), tensor.nbytes()), 0)
                << nameOf(id);
            EXPECT_NE(tensor.const_data_ptr(), original.const_data_ptr());
        }
    }
}

TEST(ApplyPlan, SelectionPicksRowsAndColumns)
{
    const ParameterSet parent = toyParameters(toyGpt2());
    const ParameterSet child = applied(halfPlan(), parent);
    const at::Tensor& up = parent.at(Role::MlpUpWeight, 1);
    EXPECT_EQ(child.at(Role::MlpUpWeight, 0).sizes(), (at::IntArrayRef{4, 6}));
    EXPECT_EQ(
        cell(child, {Role::MlpUpWeight, 0}, {2, 3}), up.select(0, 4).select(0, 7).item<float>());
    // Row 5 of q|k|v: key channel 1 of the only head, which is the parent's head 2.
    EXPECT_EQ(cell(child, {Role::QkvWeight, 0}, {5, 0}),
        cell(parent, {Role::QkvWeight, 1}, {12 + 2 * 4 + 1, 11}));
}

TEST(ApplyPlan, ScaleMultipliesOnce)
{
    const ParameterSet parent = toyParameters(toyGpt2());
    TransferPlan plan = halfPlan();
    plan.rules[{Role::MlpDownWeight, 0}].scale = std::sqrt(2.5);
    const ParameterSet child = applied(plan, parent);
    EXPECT_EQ(cell(child, {Role::MlpDownWeight, 0}, {1, 0}),
        static_cast<float>(std::sqrt(2.5)) * cell(parent, {Role::MlpDownWeight, 1}, {3, 9}));
}

TEST(ApplyPlan, RepeatedChannelsAreDividedWhereTheyAreRead)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parent = toyParameters(config);
    TransferPlan plan = identityPlan(config);
    plan.child.shape.mlp = 12;
    for (DestinationBlock& block : plan.blocks)
        block.terms.front().maps[AxisLabel::Mlp] =
            AxisMap::repeat(10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 3});
    const ParameterSet child = applied(plan, parent);
    EXPECT_EQ(cell(child, {Role::MlpUpBias, 0}, {11}), cell(parent, {Role::MlpUpBias, 0}, {3}));
    EXPECT_FLOAT_EQ(cell(child, {Role::MlpDownWeight, 0}, {5, 3}),
        cell(parent, {Role::MlpDownWeight, 0}, {5, 3}) / 3);
    expectProvenanceAgrees(plan, parent, 1e-6);
}

TEST(ApplyPlan, DenseMapOfOnesAndZerosIsItsSelection)
{
    const ParameterSet parent = toyParameters(toyGpt2());
    TransferPlan dense = halfPlan();
    AxisMap& residual = dense.globalMaps[AxisLabel::Residual];
    Matrix ones{.rows = 6, .cols = 12, .values = std::vector<double>(72, 0.0)};
    for (std::size_t i = 0; i < 6; ++i)
        ones.values[i * 12 + static_cast<std::size_t>(residual.child_from_parent[i])] = 1;
    residual = AxisMap::dense(ones, ones);
    expectSameBits(applied(dense, parent), applied(halfPlan(), parent));
}

/// The residual stream of 12 grown to 15: a zero, a copy of channel 2, and the mean.
TransferPlan paddedPlan()
{
    const ModelConfig config = toyGpt2();
    TransferPlan plan = identityPlan(config);
    plan.child.shape.hidden = 15;
    AxisMap map = AxisMap::repeat(12, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, kNothing, 2, 0});
    map.child_from_parent.back() = kMeanOfAxis;
    map.readWeight.back() = 0;
    plan.globalMaps[AxisLabel::Residual] = map;
    return plan;
}

TEST(ApplyPlan, PaddedChannelsAreZeroOrTheMeanOfTheirAxis)
{
    const ParameterSet parent = toyParameters(toyGpt2());
    const ParameterSet child = applied(paddedPlan(), parent);
    EXPECT_EQ(cell(child, {Role::AttentionOutWeight, 1}, {12, 5}), 0);
    EXPECT_EQ(
        cell(child, {Role::TokenEmbedding}, {4, 13}), cell(parent, {Role::TokenEmbedding}, {4, 2}));
    EXPECT_FLOAT_EQ(cell(child, {Role::TokenEmbedding}, {4, 14}),
        parent.at(Role::TokenEmbedding).select(0, 4).mean().item<float>());
    EXPECT_FLOAT_EQ(cell(child, {Role::AttentionOutWeight, 1}, {14, 5}),
        parent.at(Role::AttentionOutWeight, 1).select(1, 5).mean().item<float>());
    EXPECT_FLOAT_EQ(cell(child, {Role::MlpDownBias, 0}, {14}),
        parent.at(Role::MlpDownBias, 0).mean().item<float>());
    EXPECT_EQ(cell(child, {Role::QkvWeight, 0}, {3, 14}), 0) << "nobody reads the mean";
    expectProvenanceAgrees(paddedPlan(), parent, 1e-6);
}

TEST(ApplyPlan, AParametersOwnMapsComeBeforeAllOthers)
{
    const ParameterSet parent = toyParameters(toyGpt2());
    TransferPlan plan = paddedPlan();
    AxisMap& own = plan.rules[{Role::MlpNormBias, 0}].maps[AxisLabel::Residual];
    own = plan.globalMaps.at(AxisLabel::Residual);
    own.child_from_parent.back() = kNothing;
    const ParameterSet child = applied(plan, parent);
    EXPECT_EQ(cell(child, {Role::MlpNormBias, 0}, {14}), 0);
    EXPECT_NEAR(cell(child, {Role::MlpNormBias, 1}, {14}),
        parent.at(Role::MlpNormBias, 1).mean().item<float>(), 1e-6);
    expectProvenanceAgrees(plan, parent, 1e-6);
}

TEST(ApplyPlan, WriteWeightsShareAnAxisBetweenTerms)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parent = toyParameters(config);
    TransferPlan plan = identityPlan(config);
    AxisMap lower = AxisMap::repeat(10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    AxisMap upper = lower;
    for (std::size_t i = 0; i < 10; ++i) {
        lower.writeWeight.push_back(i < 4 ? 1 : 0);
        upper.writeWeight.push_back(i < 4 ? 0 : 1);
    }
    plan.blocks[0].terms = {{.parentBlock = 0, .maps = {{AxisLabel::Mlp, lower}}},
        {.parentBlock = 1, .maps = {{AxisLabel::Mlp, upper}}}};
    const ParameterSet child = applied(plan, parent);
    EXPECT_EQ(cell(child, {Role::MlpUpBias, 0}, {3}), cell(parent, {Role::MlpUpBias, 0}, {3}));
    EXPECT_EQ(cell(child, {Role::MlpUpBias, 0}, {4}), cell(parent, {Role::MlpUpBias, 1}, {4}));
}

TEST(ApplyPlan, MapsOfABlockServeAllOfItsTerms)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parent = toyParameters(config);
    TransferPlan own = identityPlan(config);
    own.child.shape.mlp = 4;
    TransferPlan shared = own;
    const AxisMap map = AxisMap::select(10, {9, 0, 4, 5});
    for (std::size_t b = 0; b < own.blocks.size(); ++b) {
        own.blocks[b].terms.front().maps[AxisLabel::Mlp] = map;
        shared.blocks[b].maps[AxisLabel::Mlp] = map;
    }
    expectSameBits(applied(own, parent), applied(shared, parent));
}

TEST(ApplyPlan, MixingBlocksAndThenWideningThemIsWideningThemAndThenMixing)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parent = toyParameters(config);
    TransferPlan plan = identityPlan(config);
    plan.child.shape.mlp = 11;
    Matrix wide{.rows = 11, .cols = 10, .values = std::vector<double>(110, 0.1)};
    for (std::size_t i = 0; i < 10; ++i)
        wide.values[i * 11] = 1;
    plan.blocks[0].maps[AxisLabel::Mlp] = AxisMap::dense(wide, wide);
    plan.blocks[1].maps[AxisLabel::Mlp] = AxisMap::dense(wide, wide);
    plan.blocks[0].terms = {{.parentBlock = 0, .weight = 0.25}, {.parentBlock = 1, .weight = 0.75}};
    expectProvenanceAgrees(plan, parent, 1e-6);
}

TEST(ApplyPlan, AFoldedGainMultipliesColumnsBeforeTheyAreMapped)
{
    const ParameterSet parent = toyParameters(toyGpt2());
    TransferPlan plan = halfPlan();
    plan.rules[{Role::MlpUpWeight, 0}].foldedGain = Role::MlpNormGain;
    const ParameterSet child = applied(plan, parent);
    EXPECT_FLOAT_EQ(cell(child, {Role::MlpUpWeight, 0}, {2, 3}),
        cell(parent, {Role::MlpUpWeight, 1}, {4, 7}) * cell(parent, {Role::MlpNormGain, 1}, {7}));
    expectProvenanceAgrees(plan, parent, 1e-6);
}

TEST(ApplyPlan, BlocksAreSummedWithTheirWeights)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parent = toyParameters(config);
    TransferPlan plan = identityPlan(config);
    plan.blocks[0].terms = {{.parentBlock = 0, .weight = 0.25}, {.parentBlock = 1, .weight = 0.75}};
    const ParameterSet child = applied(plan, parent);
    const double expected = 0.25 * cell(parent, {Role::QkvWeight, 0}, {7, 2})
        + 0.75 * cell(parent, {Role::QkvWeight, 1}, {7, 2});
    EXPECT_NEAR(cell(child, {Role::QkvWeight, 0}, {7, 2}), expected, 1e-6);
    expectProvenanceAgrees(plan, parent, 1e-6);
}

TEST(ApplyPlan, FreshParameterIsItsOwnStream)
{
    const ModelConfig config = toyGpt2();
    TransferPlan plan = identityPlan(config);
    plan.seed = {41};
    plan.rules[{Role::TokenEmbedding, -1}] = {.fresh = true, .noise = Noise{.mean = 1, .std = 0.5}};
    const ParameterSet child = applied(plan, toyParameters(config));
    const CounterRng stream(derive(Seed{41}, "token_embedding"));
    EXPECT_EQ(cell(child, {Role::TokenEmbedding}, {2, 5}),
        static_cast<float>(1 + 0.5 * stream.normal(2 * 12 + 5)));
}

TEST(ApplyPlan, UntiedHeadComesFromTheEmbedding)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parent = toyParameters(config);
    TransferPlan plan = identityPlan(config);
    plan.child.flavour.tiedHead = false;
    plan.rules[{Role::HeadWeight, -1}] = {.scale = 2, .source = Role::TokenEmbedding};
    const ParameterSet child = applied(plan, parent);
    EXPECT_TRUE(at::equal(child.at(Role::HeadWeight), parent.at(Role::TokenEmbedding).mul(2)));
}

TEST(ApplyPlan, WritesWhatProvenanceTells)
{
    const ParameterSet parent = toyParameters(toyGpt2());
    TransferPlan plan = halfPlan();
    plan.rules[{Role::AttentionOutWeight, 0}].scale = 1.7;
    expectProvenanceAgrees(plan, parent, 1e-6);
}

TEST(ApplyPlan, LargeParametersComeOutTheSameOnAnyNumberOfThreads)
{
    const ModelConfig config =
        toyGpt2({.layers = 1, .hidden = 512, .heads = 8, .headDim = 64, .mlp = 1024});
    const ParameterSet parent = freshParameters(config, {5});
    const TransferPlan plan = test::permutationPlan(config, {6});
    const int before = at::get_num_threads();
    at::set_num_threads(1);
    const ParameterSet alone = applied(plan, parent);
    at::set_num_threads(3);
    const ParameterSet together = applied(plan, parent);
    at::set_num_threads(before);
    expectSameBits(alone, together);
}

} // namespace
} // namespace espalier
