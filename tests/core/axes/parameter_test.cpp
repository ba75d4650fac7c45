// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/model_config.h"
#include "tests/support/toy_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <set>

namespace espalier {
namespace {

std::string axesOf(const Dim& dim)
{
    std::vector<std::string_view> names;
    for (const AxisLabel label : dim.segments)
        names.push_back(nameOf(label));
    return fmt::format("{}{}", dim.side == Side::Write ? ">" : "<", fmt::join(names, "|"));
}

/// "block.0.attention.qkv.weight [>query|key|value, <residual] 36x12"; > writes, < reads.
std::string lineOf(const ParameterSpec& spec, const ModelShape& shape)
{
    std::vector<std::string> dims;
    for (const Dim& dim : spec.dims)
        dims.push_back(axesOf(dim));
    return fmt::format(
        "{} [{}] {}", nameOf(spec.id), fmt::join(dims, ", "), fmt::join(sizesOf(spec, shape), "x"));
}

std::vector<std::string> linesOf(const ModelConfig& config)
{
    std::vector<std::string> lines;
    for (const ParameterSpec& spec : parametersOf(config))
        lines.push_back(lineOf(spec, config.shape));
    return lines;
}

TEST(Parameters, OfATwoLayerGpt2FollowTheForwardPass)
{
    const std::vector<std::string> expected = {
        "token_embedding [>vocab, >residual] 17x12",
        "position_embedding [>position, >residual] 9x12",
        "block.0.attention_norm.gain [>residual] 12",
        "block.0.attention_norm.bias [>residual] 12",
        "block.0.attention.qkv.weight [>query|key|value, <residual] 36x12",
        "block.0.attention.qkv.bias [>query|key|value] 36",
        "block.0.attention.out.weight [>residual, <context] 12x12",
        "block.0.attention.out.bias [>residual] 12",
        "block.0.mlp_norm.gain [>residual] 12",
        "block.0.mlp_norm.bias [>residual] 12",
        "block.0.mlp.up.weight [>mlp, <residual] 10x12",
        "block.0.mlp.up.bias [>mlp] 10",
        "block.0.mlp.down.weight [>residual, <mlp] 12x10",
        "block.0.mlp.down.bias [>residual] 12",
        "block.1.attention_norm.gain [>residual] 12",
        "block.1.attention_norm.bias [>residual] 12",
        "block.1.attention.qkv.weight [>query|key|value, <residual] 36x12",
        "block.1.attention.qkv.bias [>query|key|value] 36",
        "block.1.attention.out.weight [>residual, <context] 12x12",
        "block.1.attention.out.bias [>residual] 12",
        "block.1.mlp_norm.gain [>residual] 12",
        "block.1.mlp_norm.bias [>residual] 12",
        "block.1.mlp.up.weight [>mlp, <residual] 10x12",
        "block.1.mlp.up.bias [>mlp] 10",
        "block.1.mlp.down.weight [>residual, <mlp] 12x10",
        "block.1.mlp.down.bias [>residual] 12",
        "final_norm.gain [>residual] 12",
        "final_norm.bias [>residual] 12",
    };
    EXPECT_EQ(linesOf(test::toyGpt2()), expected);
}

TEST(Parameters, OfALlamaHaveGatesAndNoBiases)
{
    const std::vector<std::string> expected = {
        "token_embedding [>vocab, >residual] 17x12",
        "block.0.attention_norm.gain [>residual] 12",
        "block.0.attention.qkv.weight [>query|key|value, <residual] 20x12",
        "block.0.attention.out.weight [>residual, <context] 12x12",
        "block.0.mlp_norm.gain [>residual] 12",
        "block.0.mlp.up.weight [>mlp|mlp, <residual] 20x12",
        "block.0.mlp.down.weight [>residual, <mlp] 12x10",
        "final_norm.gain [>residual] 12",
        "head.weight [>vocab, <residual] 17x12",
    };
    EXPECT_EQ(linesOf(test::toyLlama({.layers = 1})), expected);
}

TEST(Parameters, OfAPostNormEncoderHaveNormsBehindTheBranches)
{
    ModelConfig config = test::toyGpt2({.layers = 1});
    config.shape.tokenTypes = 2;
    config.shape.sparePositions = 3;
    config.flavour.task = Task::MaskedLanguageModel;
    config.flavour.layout = BlockLayout::PostNorm;
    config.flavour.embeddingNorm = config.flavour.headDense = config.flavour.headNorm = true;
    config.flavour.headBias = true;
    config.flavour.finalNorm = false;
    const auto has = [&](Role role, int block) {
        return hasParameter(config, {role, block});
    };
    EXPECT_FALSE(has(Role::AttentionNormGain, 0) || has(Role::MlpNormBias, 0));
    EXPECT_TRUE(has(Role::AttentionPostNormGain, 0) && has(Role::MlpPostNormBias, 0));
    EXPECT_FALSE(has(Role::FinalNormGain, -1));
    const std::vector<std::string> lines = linesOf(config);
    EXPECT_EQ(lines[1], "token_type_embedding [>token_type, >residual] 2x12");
    EXPECT_EQ(lines[2], "position_embedding [>position, >residual] 12x12");
    EXPECT_EQ(lines[3], "embedding_norm.gain [>residual] 12");
    const std::vector<std::string> head = {"head.dense.weight [>residual, <residual] 12x12",
        "head.dense.bias [>residual] 12", "head.norm.gain [>residual] 12",
        "head.norm.bias [>residual] 12", "head.bias [>vocab] 17"};
    EXPECT_EQ(std::vector<std::string>(lines.end() - 5, lines.end()), head);
}

TEST(Parameters, OfClassAttentionBlocksFollowTheTrunk)
{
    ModelConfig config = test::toyCait({.layers = 1});
    config.shape.classLayers = 1;
    EXPECT_TRUE(hasParameter(config, {Role::ScoreMixWeight, 0}));
    EXPECT_FALSE(hasParameter(config, {Role::ScoreMixWeight, 1}));
    EXPECT_FALSE(hasParameter(config, {Role::QkvWeight, 2}));
    EXPECT_EQ(lineOf(parameterOf(config, {Role::ProbabilityMixWeight, 0}), config.shape),
        "block.0.attention.probability_mix.weight [>head, <head] 3x3");
    EXPECT_EQ(lineOf(parameterOf(config, {Role::MlpDownWeight, 1}), config.shape),
        "block.1.mlp.down.weight [>residual, <class_mlp] 12x15");
    EXPECT_EQ(lineOf(parameterOf(config, {Role::MlpScale, 1}), config.shape),
        "block.1.mlp.scale [>residual] 12");
}

TEST(Parameters, OfAnImageModelBeginWithPatchesAndEndWithClasses)
{
    const std::vector<std::string> lines = linesOf(test::toyVit({.layers = 1}));
    ASSERT_EQ(lines.size(), 20U);
    EXPECT_EQ(lines[0], "patch.weight [>residual, <patch] 12x16");
    EXPECT_EQ(lines[1], "patch.bias [>residual] 12");
    EXPECT_EQ(lines[2], "class_token [>residual] 12");
    EXPECT_EQ(lines[3], "position_embedding [>position, >residual] 5x12");
    EXPECT_EQ(lines[18], "head.weight [>class, <residual] 7x12");
    EXPECT_EQ(lines[19], "head.bias [>class] 7");
}

TEST(Parameters, AnUntiedHeadIsOneParameterMore)
{
    const ModelConfig config = test::toyGpt2({}, false);
    EXPECT_EQ(linesOf(config).back(), "head.weight [>vocab, <residual] 17x12");
    EXPECT_TRUE(hasParameter(config, {Role::HeadWeight, -1}));
    EXPECT_FALSE(hasParameter(test::toyGpt2(), {Role::HeadWeight, -1}));
}

TEST(Parameters, BlocksOutsideTheModelHoldNone)
{
    const ModelConfig config = test::toyGpt2();
    EXPECT_TRUE(hasParameter(config, {Role::QkvWeight, 1}));
    EXPECT_FALSE(hasParameter(config, {Role::QkvWeight, 2}));
    EXPECT_FALSE(hasParameter(config, {Role::QkvWeight, -1}));
    EXPECT_FALSE(hasParameter(config, {Role::TokenEmbedding, 0}));
}

TEST(Parameters, BiasesThatTheFlavourLacksAreAbsent)
{
    ModelConfig config = test::toyVit();
    config.flavour.qkvBias = false;
    EXPECT_FALSE(hasParameter(config, {Role::QkvBias, 0}));
    EXPECT_TRUE(hasParameter(config, {Role::AttentionOutBias, 0}));
}

TEST(Parameters, NamesAreAllDifferent)
{
    std::set<std::string> names;
    std::size_t count = 0;
    for (const ModelConfig& config : {test::toyGpt2({}, false), test::toyVit({.layers = 0})})
        for (const ParameterSpec& spec : parametersOf(config)) {
            if (spec.id.role == Role::PositionEmbedding || spec.id.role == Role::HeadWeight
                || spec.id.role == Role::FinalNormGain || spec.id.role == Role::FinalNormBias)
                continue; // both have them
            names.insert(nameOf(spec.id));
            ++count;
        }
    EXPECT_EQ(names.size(), count);
}

TEST(FreshInit, FollowsGpt2sPaper)
{
    const ModelConfig config = test::toyGpt2(); // 2 layers: writers of the stream are halved
    const auto initOf = [&](Role role, int block) {
        return freshInit(config, parameterOf(config, {role, block}));
    };
    EXPECT_EQ(initOf(Role::TokenEmbedding, -1), (FreshInit{0, 0.02}));
    EXPECT_EQ(initOf(Role::QkvWeight, 0), (FreshInit{0, 0.02}));
    EXPECT_EQ(initOf(Role::MlpUpWeight, 0), (FreshInit{0, 0.02}));
    EXPECT_EQ(initOf(Role::AttentionOutWeight, 0), (FreshInit{0, 0.01}));
    EXPECT_EQ(initOf(Role::MlpDownWeight, 1), (FreshInit{0, 0.01}));
    EXPECT_EQ(initOf(Role::MlpNormGain, 0), (FreshInit{1, 0}));
    EXPECT_EQ(initOf(Role::MlpNormBias, 0), (FreshInit{0, 0}));
    EXPECT_EQ(initOf(Role::QkvBias, 0), (FreshInit{0, 0}));
}

TEST(FreshInit, CountsTheOffsetOfGains)
{
    ModelConfig config = test::toyLlama();
    config.flavour.normGainOffset = 1;
    EXPECT_EQ(freshInit(config, parameterOf(config, {Role::FinalNormGain, -1})), (FreshInit{0, 0}));
}

TEST(FreshInit, IsTheSameForAllMatricesAndTablesOfAnImageModel)
{
    const ModelConfig config = test::toyVit();
    for (const ParameterSpec& spec : parametersOf(config)) {
        const bool random = spec.kind == ParameterKind::Matrix || spec.kind == ParameterKind::Table;
        const FreshInit init = freshInit(config, spec);
        EXPECT_EQ(init.std, random ? 0.02 : 0) << nameOf(spec.id);
        EXPECT_EQ(init.mean, spec.kind == ParameterKind::NormGain ? 1 : 0) << nameOf(spec.id);
    }
}

} // namespace
} // namespace espalier
