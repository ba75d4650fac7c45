// SPDX-License-Identifier: GPL-3.0-or-later
//
// What CaiT's forward pass has and no other's: talking heads, LayerScale and class attention.

#include "core/forward/attention.h"
#include "core/forward/norm.h"
#include "core/forward/open_attention.h"
#include "core/forward/transformer.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

using test::toyBatch;
using test::toyCait;
using test::toyParameters;

at::Tensor tapOf(const ParameterSet& parameters, const Batch& batch, Tap wanted, int wantedBlock)
{
    at::Tensor seen;
    (void)logitsOf(
        parameters, batch, {.observer = [&](Tap tap, int block, const at::Tensor& value) {
            if (tap == wanted && block == wantedBlock)
                seen = value;
        }});
    return seen;
}

TEST(TalkingHeads, MixScoresBeforeTheSoftmaxAndSharesBehindIt)
{
    ParameterSet parameters =
        toyParameters(toyCait({.layers = 1, .hidden = 2, .heads = 2, .headDim = 1}));
    parameters.at(Role::ScoreMixWeight, 0).copy_(at::tensor({0.0F, 1.0F, 1.0F, 0.0F}).view({2, 2}));
    parameters.at(Role::ScoreMixBias, 0).zero_();
    parameters.at(Role::ProbabilityMixWeight, 0)
        .copy_(at::tensor({1.0F, 1.0F, 0.0F, 2.0F}).view({2, 2}));
    parameters.at(Role::ProbabilityMixBias, 0).copy_(at::tensor({0.1F, 0.0F}));
    const auto log3 = static_cast<float>(std::log(3.0));
    // One query of each head, two keys: head 0 scores 0 and ln 3, head 1 scores 0 and 0.
    const QueryKeyValue qkv = {.query_BHTh = at::tensor({1.0F, 0.0F}).view({1, 2, 1, 1}),
        .key_BKTh = at::tensor({0.0F, log3, 5.0F, 7.0F}).view({1, 2, 2, 1}),
        .value_BKTh = at::tensor({1.0F, 2.0F, 10.0F, 20.0F}).view({1, 2, 2, 1})};
    const at::Tensor context_BHTh = openAttention(parameters, 0, qkv, {}, false);
    // Swapped scores give shares 1/2, 1/2 and 1/4, 3/4. Mixed: 0.85, 1.35 (0.1 of bias) and 0.5,
    // 1.5.
    EXPECT_TRUE(at::allclose(context_BHTh.flatten(),
        at::tensor({0.85F * 1 + 1.35F * 2, 0.5F * 10 + 1.5F * 20}), 1e-5, 1e-5));
}

TEST(LayerScale, MultipliesWhatAttentionAndMlpAdd)
{
    const ModelConfig config = test::toyDeit3();
    ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    parameters.at(Role::AttentionScale, 0).fill_(1);
    const at::Tensor plain = tapOf(parameters, batch, Tap::AttentionOut, 0);
    parameters.at(Role::AttentionScale, 0).fill_(-3);
    EXPECT_TRUE(
        at::allclose(tapOf(parameters, batch, Tap::AttentionOut, 0), plain.mul(-3), 1e-4, 1e-5));
    parameters.at(Role::MlpScale, 1).zero_();
    EXPECT_TRUE(at::equal(tapOf(parameters, batch, Tap::AfterMlp, 1),
        tapOf(parameters, batch, Tap::AfterAttention, 1)));
}

TEST(PatchPositions, LeaveTheClassTokenAlone)
{
    const ModelConfig config = test::toyDeit3();
    const ParameterSet parameters = toyParameters(config);
    const at::Tensor stream_BTD = tapOf(parameters, toyBatch(config, 1), Tap::Embedding, -1);
    EXPECT_EQ(stream_BTD.size(1), 5);
    EXPECT_EQ(trunkTokensOf(config), 5);
    EXPECT_TRUE(at::equal(stream_BTD[0][0], parameters.at(Role::ClassToken)));
}

TEST(ClassAttention, TheFirstTokenAsksAndAllAnswer)
{
    ParameterSet parameters =
        toyParameters(toyCait({.layers = 1, .hidden = 1, .heads = 1, .headDim = 1}));
    parameters.at(Role::QkvWeight, 1).copy_(at::tensor({1.0F, 1.0F, 2.0F}).view({3, 1}));
    parameters.at(Role::QkvBias, 1).copy_(at::tensor({0.0F, 0.0F, 1.0F}));
    parameters.at(Role::AttentionOutWeight, 1).fill_(3);
    parameters.at(Role::AttentionOutBias, 1).fill_(0.5);
    const double second = 1 + std::log(2.0);
    const double third = 1 + std::log(5.0);
    const at::Tensor tokens_BTD = at::tensor({1.0, second, third}).to(at::kFloat).view({1, 3, 1});
    const at::Tensor found = classAttention(parameters, 1, tokens_BTD);
    // The scores of the query 1 are the tokens, so the shares are 1/8, 2/8 and 5/8; a value is
    // twice its token and 1.
    const double mean = (1 + 2 * second + 5 * third) / 8;
    ASSERT_EQ(found.sizes().vec(), (std::vector<std::int64_t>{1, 1, 1}));
    EXPECT_NEAR(found.item<double>(), 3 * (2 * mean + 1) + 0.5, 1e-5);
}

TEST(ClassAttention, TheClassTokenJoinsBehindTheTrunk)
{
    const ModelConfig config = toyCait();
    ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    const at::Tensor stream_BTD = runTrunk(parameters, batch);
    EXPECT_EQ(stream_BTD.size(1), 4);
    parameters.at(Role::ClassToken).add_(1);
    EXPECT_TRUE(at::equal(runTrunk(parameters, batch), stream_BTD));
    for (int block = 2; block < 4; ++block) {
        parameters.at(Role::AttentionScale, block).zero_();
        parameters.at(Role::MlpScale, block).zero_();
    }
    EXPECT_TRUE(
        at::equal(runClassBlocks(parameters, stream_BTD)[1][0], parameters.at(Role::ClassToken)));
}

TEST(ClassAttention, WithoutAHeadTheClassTokenLeadsThePatches)
{
    const ModelConfig config = test::toyHeadless(toyCait());
    const ParameterSet parameters = toyParameters(config); // the last norm's gains are random
    const Batch batch = toyBatch(config, 2);
    const at::Tensor states_BTD = logitsOf(parameters, batch);
    const at::Tensor stream_BTD = runTrunk(parameters, batch);
    const auto normed = [&](const at::Tensor& value) {
        return norm(parameters, Role::FinalNormGain, Role::FinalNormBias, -1, value);
    };
    ASSERT_EQ(states_BTD.sizes().vec(), (std::vector<std::int64_t>{2, 5, 12}));
    EXPECT_TRUE(at::equal(states_BTD.narrow(1, 1, 4), normed(stream_BTD)));
    EXPECT_TRUE(
        at::equal(states_BTD.narrow(1, 0, 1), normed(runClassBlocks(parameters, stream_BTD))));
}

TEST(ClassAttention, EveryBlockReadsTheStreamAsItLeftTheTrunk)
{
    const ModelConfig config = toyCait();
    const ParameterSet parameters = toyParameters(config);
    const at::Tensor stream_BTD = runTrunk(parameters, toyBatch(config, 2));
    const at::Tensor shuffled_BTD = stream_BTD.flip({1});
    EXPECT_TRUE(at::allclose(runClassBlocks(parameters, shuffled_BTD),
        runClassBlocks(parameters, stream_BTD), 1e-5, 1e-5));
    const at::Tensor other_BTD = stream_BTD.clone();
    other_BTD.select(1, 3).select(1, 0).add_(3);
    EXPECT_FALSE(at::allclose(
        runClassBlocks(parameters, other_BTD), runClassBlocks(parameters, stream_BTD), 1e-3, 1e-3));
}

} // namespace
} // namespace espalier
