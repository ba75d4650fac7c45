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
