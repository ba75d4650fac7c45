// SPDX-License-Identifier: GPL-3.0-or-later
//
// Metrics of weights: which weights go with a channel, and what they add up to.
#include "core/forward/loss.h"
#include "core/measure/axis_members.h"
#include "core/measure/score_places.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <numeric>

namespace espalier {
namespace {

using test::expectNear;
using test::scored;
using test::seenAt;
using test::toyBatch;
using test::toyParameters;

constexpr std::int64_t kChannel = 5; // of 12: channel 1 of head 1, where heads have 4

at::Tensor wide(const ParameterSet& parameters, Role role, int block = -1)
{
    return parameters.at(role, block).to(at::kDouble);
}

double number(const at::Tensor& scalar)
{
    return scalar.item<double>();
}

double sumOf(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

double streamSum(const ChannelScores& scores)
{
    return sumOf(scores.embedding_D) + sumOf(scores.afterAttention_LD.values)
        + sumOf(scores.afterMlp_LD.values);
}

double readerSum(const ChannelScores& scores)
{
    return sumOf(scores.attentionNorm_LD.values) + sumOf(scores.mlpNorm_LD.values);
}

/// A GPT-2 of width 2 with one block, one head and two MLP units, whose weights are all 1 but
/// these.
ParameterSet onPaper()
{
    ParameterSet parameters = toyParameters(
        test::toyGpt2({.layers = 1, .hidden = 2, .heads = 1, .headDim = 2, .mlp = 2}, true));
    for (auto& [id, tensor] : parameters.tensors)
        tensor.fill_(1);
    const auto set = [&](Role role, std::initializer_list<float> values) {
        parameters.at(role, 0).copy_(at::tensor(values).view({2, 2}));
    };
    set(Role::MlpUpWeight, {3, 4, 0, 2});
    set(Role::MlpDownWeight, {3, -6, 4, 8});
    set(Role::AttentionOutWeight, {1, 0, 0, 2});
    return parameters;
}

TEST(WeightNorm, OfAnMlpUnitIsItsRowTimesItsColumn)
{
    const ChannelScores scores = scored(onPaper(), {}, "weight-norm");
    EXPECT_EQ(scores.mlp_LM.values, (std::vector<double>{5 * 5, 2 * 10}));
}

TEST(WeightNorm, OfAResidualChannelIsWhatWritesItTimesWhatReadsItNext)
{
    const ParameterSet parameters = onPaper();
    const ChannelScores scores = scored(parameters, {}, "weight-norm");
    const double columns = std::sqrt(6); // of q, k and v, all ones
    const double tables = std::sqrt(17) + std::sqrt(9); // words and positions
    expectNear(scores.embedding_D, {tables * columns, tables * columns}, 1e-12);
    expectNear(scores.attentionNorm_LD.values, {columns, columns}, 1e-12); // gains of 1
    expectNear(scores.afterAttention_LD.values, {1 * 3, 2 * std::sqrt(20)}, 1e-12);
    expectNear(scores.mlpNorm_LD.values, {3, std::sqrt(20)}, 1e-12);
    const double head = std::sqrt(17); // the embedding again
    expectNear(scores.afterMlp_LD.values, {std::sqrt(45) * head, std::sqrt(80) * head}, 1e-12);
}

TEST(WeightNorm, OfAHeadChannelSharesGroupsAmongTheirHeads)
{
    const ParameterSet parameters = toyParameters(test::toyLlama()); // one group of three heads
    const ChannelScores scores = scored(parameters, {}, "weight-norm");
    const at::Tensor qkv = wide(parameters, Role::QkvWeight, 1);
    const double rows = number(qkv[kChannel].norm())
        + (number(qkv[12 + kChannel % 4].norm()) + number(qkv[16 + kChannel % 4].norm())) / 3;
    const double column =
        number(wide(parameters, Role::AttentionOutWeight, 1).select(1, kChannel).norm());
    EXPECT_NEAR(scores.context_LC.at(1, kChannel), rows * column, 1e-6);
}

TEST(WeightNorm, OfAGatedUnitHasTwoRows)
{
    const ParameterSet parameters = toyParameters(test::toyLlama());
    const ChannelScores scores = scored(parameters, {}, "weight-norm");
    const at::Tensor up = wide(parameters, Role::MlpUpWeight, 0);
    const double column = number(wide(parameters, Role::MlpDownWeight, 0).select(1, 3).norm());
    EXPECT_NEAR(
        scores.mlp_LM.at(0, 3), (number(up[3].norm()) + number(up[10 + 3].norm())) * column, 1e-6);
}

TEST(Wanda, WeighsColumnsByTheirInputs)
{
    for (const ModelConfig& config : {test::toyGpt2(), test::toyLlama(), test::toyBert()}) {
        SCOPED_TRACE(config.family);
        const ParameterSet parameters = toyParameters(config);
        const Batch batch = toyBatch(config, 3);
        const ChannelScores scores = scored(parameters, {batch}, "wanda");
        const auto expected = [&](Role role, Tap tap, int block, std::int64_t channel) {
            const at::Tensor column = wide(parameters, role, block).select(1, channel);
            return number(column.abs().sum())
                * number(seenAt(parameters, batch, tap, block).select(1, channel).norm());
        };
        const double mlp = expected(Role::MlpDownWeight, Tap::MlpHidden, 1, 7);
        EXPECT_NEAR(scores.mlp_LM.at(1, 7), mlp, 1e-5 * mlp);
        const double context = expected(Role::AttentionOutWeight, Tap::Context, 0, kChannel);
        EXPECT_NEAR(scores.context_LC.at(0, kChannel), context, 1e-5 * context);
        const double attention = expected(Role::QkvWeight, Tap::AttentionNorm, 1, kChannel);
        EXPECT_NEAR(scores.attentionNorm_LD.at(1, kChannel), attention, 1e-5 * attention);
        EXPECT_DOUBLE_EQ(
            scores.afterMlp_LD.at(0, kChannel), scores.attentionNorm_LD.at(1, kChannel));
        EXPECT_NEAR(streamSum(scores), readerSum(scores), 1e-9 * readerSum(scores));
    }
}

/// |w dL/dw| by central differences.
double changeBy(ParameterSet& parameters, const Batch& batch, at::Tensor cells)
{
    const c10::NoGradGuard noGradients;
    constexpr double kStep = 1e-5;
    double sum = 0;
    for (std::int64_t i = 0; i < cells.numel(); ++i) {
        at::Tensor cell = cells.select(0, i);
        const double original = cell.item<double>();
        cell.fill_(original + kStep);
        const double above = lossOf(parameters, batch).item<double>();
        cell.fill_(original - kStep);
        const double below = lossOf(parameters, batch).item<double>();
        cell.fill_(original);
        sum += std::abs(original * (above - below) / (2 * kStep));
    }
    return sum;
}

TEST(Taylor, OfAnMlpUnitIsTheSlopeOfAllItsWeights)
{
    for (const ModelConfig& config : {test::toyGpt2(), test::toyLlama()}) {
        SCOPED_TRACE(config.family);
        ParameterSet parameters = convertedTo(toyParameters(config), at::kCPU, at::kDouble);
        const Batch batch = toyBatch(config, 3);
        const ChannelScores scores = scored(parameters, {batch}, "taylor");
        double expected = changeBy(parameters, batch, parameters.at(Role::MlpUpWeight, 1)[4])
            + changeBy(parameters, batch, parameters.at(Role::MlpDownWeight, 1).select(1, 4));
        if (config.flavour.mlpBias)
            expected +=
                changeBy(parameters, batch, parameters.at(Role::MlpUpBias, 1).narrow(0, 4, 1));
        if (config.flavour.gatedMlp)
            expected += changeBy(parameters, batch, parameters.at(Role::MlpUpWeight, 1)[10 + 4]);
        EXPECT_NEAR(scores.mlp_LM.at(1, 4), expected, 1e-8);
    }
}

TEST(Taylor, CountsEveryWeightOnceInTheStream)
{
    for (const ModelConfig& config :
        {test::toyGpt2(), test::toyLlama(), test::toyVit(), test::toyDeit3()}) {
        SCOPED_TRACE(config.family);
        ParameterSet parameters = toyParameters(config);
        const Batch batch = toyBatch(config, 3);
        const ChannelScores scores = scored(parameters, {batch}, "taylor");
        requireGradients(parameters);
        lossOf(parameters, batch).backward();
        double stream = 0;
        double heads = 0;
        for (const ParameterSpec& spec : parametersOf(config)) {
            const at::Tensor& weight = parameters.tensors.at(spec.id);
            const double sum = number(weight.detach().mul(weight.grad()).abs().sum(at::kDouble));
            for (const Dim& dim : spec.dims) {
                stream += dim.segments.front() == AxisLabel::Residual ? sum : 0;
                heads += dim.segments.front() == AxisLabel::Query
                        || dim.segments.front() == AxisLabel::Context
                    ? sum
                    : 0;
            }
        }
        EXPECT_NEAR(streamSum(scores), stream, 1e-5 * stream);
        EXPECT_NEAR(sumOf(scores.context_LC.values), heads, 1e-5 * heads);
    }
}

TEST(ActivationTaylor, IsTheSlopeAlongTheActivation)
{
    // With one sample, a stream entering block 0 moves as its row of the position table does.
    const ModelConfig config = test::toyGpt2();
    ParameterSet parameters = convertedTo(toyParameters(config), at::kCPU, at::kDouble);
    const Batch batch = toyBatch(config, 1);
    const ChannelScores scores = scored(parameters, {batch}, "activation-taylor");
    const at::Tensor stream = seenAt(parameters, batch, Tap::Embedding, -1);
    const at::Tensor table = parameters.at(Role::PositionEmbedding);
    const auto predictions = static_cast<double>(stream.size(0) - 1);
    double mean = 0;
    for (std::int64_t token = 0; token < stream.size(0); ++token) {
        const at::Tensor cell = table[token].narrow(0, kChannel, 1);
        const double slope = changeBy(parameters, batch, cell) / std::abs(number(cell));
        mean += std::abs(number(stream[token][kChannel])) * slope * predictions
            / static_cast<double>(stream.size(0));
    }
    EXPECT_NEAR(scores.embedding_D[kChannel], mean, 1e-7);
}

/// Scores of the same network with its channels in another order are the scores in that order.
TEST(ChannelScores, FollowAPermutationOfTheNetwork)
{
    ModelConfig grouped = test::toyLlama({.heads = 4});
    grouped.shape.kvHeads = 2;
    for (const ModelConfig& config :
        {test::toyGpt2(), grouped, test::toyBert(), test::toyVit(), test::toyCait()}) {
        const ParameterSet parent = toyParameters(config);
        const TransferPlan plan = test::permutationPlan(config, {3});
        const ParameterSet child = applyPlan(plan, parent).value();
        const Batch batch = test::labelledBatch(config, 3);
        for (const char* metric : {"mean-abs", "rms", "variance", "minitron", "wanda",
                 "weight-norm", "taylor", "activation-taylor"}) {
            SCOPED_TRACE(config.family + " " + metric);
            const ChannelScores from = scored(parent, {batch}, metric);
            const ChannelScores found = scored(child, {batch}, metric);
            const auto expectPermuted = [](const Matrix& a, const Matrix& b, std::int64_t row,
                                            const AxisMap& map) {
                ASSERT_EQ(a.cols, map.childLength);
                for (std::int64_t c = 0; c < a.cols; ++c) {
                    const double wanted =
                        b.at(row, map.child_from_parent[static_cast<std::size_t>(c)]);
                    EXPECT_NEAR(a.at(row, c), wanted, 1e-3 * std::abs(wanted));
                }
            };
            const AxisMap& residual = plan.globalMaps.at(AxisLabel::Residual);
            for (std::int64_t l = 0; l < config.shape.layers; ++l) {
                const auto& maps = plan.blocks[static_cast<std::size_t>(l)].terms[0].maps;
                expectPermuted(found.afterMlp_LD, from.afterMlp_LD, l, residual);
                expectPermuted(found.attentionNorm_LD, from.attentionNorm_LD, l, residual);
                expectPermuted(found.context_LC, from.context_LC, l, maps.at(AxisLabel::Context));
                expectPermuted(found.mlp_LM, from.mlp_LM, l, maps.at(AxisLabel::Mlp));
            }
            for (std::int64_t l = 0; l < config.shape.classLayers; ++l) {
                const auto block = static_cast<std::size_t>(config.shape.layers + l);
                const auto& maps = plan.blocks[block].terms[0].maps;
                expectPermuted(
                    found.classContext_LC, from.classContext_LC, l, maps.at(AxisLabel::Context));
                expectPermuted(
                    found.classMlp_LM, from.classMlp_LM, l, maps.at(AxisLabel::ClassMlp));
            }
        }
    }
}

TEST(AxisMembers, OfParallelBlocksReadWhatEnters)
{
    ModelConfig config = test::toyGpt2();
    config.flavour.layout = BlockLayout::Parallel;
    ChannelScores scores = zeroScores(config.shape);
    for (const AxisMember& member : axisMembersOf(config))
        if (member.label == AxisLabel::Residual)
            addToChannels(scores, config, member, std::vector<double>(12, 1.0));
    EXPECT_EQ(sumOf(scores.afterAttention_LD.values), 0);
    // Per channel and between blocks: two rows, two biases, two norms of two, two columns.
    EXPECT_EQ(scores.afterMlp_LD.at(0, 0), 2 + 2 + 4 + 2);
    EXPECT_EQ(scores.mlpNorm_LD.at(0, 0), 2 + 1);
}

} // namespace
} // namespace espalier
