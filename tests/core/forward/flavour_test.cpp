// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/activation.h"
#include "core/forward/norm.h"
#include "core/forward/positions.h"
#include "core/forward/transformer.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace espalier {
namespace {

using test::toyBatch;
using test::toyGpt2;
using test::toyLlama;
using test::toyParameters;

at::Tensor run(const ModelConfig& config, const Batch& batch)
{
    return logitsOf(toyParameters(config), batch);
}

/// What a pass shows, by tap and block.
std::map<std::pair<Tap, int>, at::Tensor> taps(const ParameterSet& parameters, const Batch& batch)
{
    std::map<std::pair<Tap, int>, at::Tensor> seen;
    const ForwardOptions options{.observer = [&](Tap tap, int block, const at::Tensor& value) {
        seen[{tap, block}] = value;
    }};
    (void)logitsOf(parameters, batch, options);
    return seen;
}

TEST(Norm, RmsDividesByTheRootOfTheMeanSquare)
{
    ModelConfig config = toyLlama({.hidden = 2, .heads = 1, .headDim = 2});
    config.flavour.normEpsilon = 0;
    ParameterSet parameters = toyParameters(config);
    parameters.at(Role::FinalNormGain).copy_(at::tensor({2.0F, 0.5F}));
    const at::Tensor values = at::tensor({3.0F, 4.0F}); // root mean square 3.5355
    const double rms = std::sqrt(12.5);
    const auto normed = [&] {
        return norm(parameters, Role::FinalNormGain, Role::FinalNormBias, -1, values);
    };
    EXPECT_TRUE(at::allclose(normed(), at::tensor({6 / rms, 2 / rms}).to(at::kFloat)));
    parameters.config.flavour.normGainOffset = 1;
    EXPECT_TRUE(at::allclose(normed(), at::tensor({9 / rms, 6 / rms}).to(at::kFloat)));
}

TEST(Activation, HasTheValuesOfItsFormula)
{
    const at::Tensor two = at::tensor({2.0F});
    EXPECT_NEAR(
        activate(Activation::GeluQuick, two).item<double>(), 2 / (1 + std::exp(-3.404)), 1e-6);
    EXPECT_NEAR(activate(Activation::Tanh, two).item<double>(), std::tanh(2), 1e-6);
    EXPECT_NEAR(softCapped(two, 4).item<double>(), 4 * std::tanh(0.5), 1e-6);
    EXPECT_TRUE(at::equal(softCapped(two, 0), two));
}

TEST(Positions, CountWhatTheRuleCounts)
{
    ModelConfig config = toyGpt2({.layers = 1});
    config.shape.sparePositions = 2;
    config.flavour.paddingId = 1;
    Batch batch{.inputIds_BT = at::tensor({1, 5, 1, 6}, at::kLong).view({1, 4}),
        .attentionMask_BT = at::tensor({0, 1, 1, 1}, at::kLong).view({1, 4})};
    const auto rows = [&](PositionRule rule) {
        config.flavour.positionRule = rule;
        ParameterSet parameters = toyParameters(config);
        at::Tensor& table = parameters.at(Role::PositionEmbedding);
        for (std::int64_t row = 0; row < table.size(0); ++row)
            table[row].fill_(static_cast<double>(row));
        const at::Tensor found =
            positionEmbeddings(parameters, batch).select(-1, 0).flatten().contiguous();
        return std::vector<float>(
            found.const_data_ptr<float>(), found.const_data_ptr<float>() + found.numel());
    };
    EXPECT_EQ(rows(PositionRule::Column), (std::vector<float>{2, 3, 4, 5}));
    EXPECT_EQ(rows(PositionRule::AttendedTokens), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(rows(PositionRule::RealTokens), (std::vector<float>{1, 2, 1, 3}));
}

TEST(Flavours, PostNormBlocksNormaliseTheSum)
{
    ModelConfig config = toyGpt2();
    config.flavour.layout = BlockLayout::PostNorm;
    const ParameterSet parameters = toyParameters(config);
    const auto seen = taps(parameters, toyBatch(config, 2));
    const at::Tensor before = seen.at({Tap::Embedding, -1});
    const at::Tensor after = seen.at({Tap::AfterAttention, 0});
    EXPECT_TRUE(at::allclose(before.add(seen.at({Tap::AttentionOut, 0})), after, 1e-4, 1e-5));
    EXPECT_TRUE(at::allclose(
        after.add(seen.at({Tap::MlpOut, 0})), seen.at({Tap::AfterMlp, 0}), 1e-4, 1e-5));
    ParameterSet plain = parameters;
    plain.tensors[{Role::MlpPostNormGain, 0}] = at::ones({12});
    plain.tensors[{Role::MlpPostNormBias, 0}] = at::ones({12}).mul(0);
    const at::Tensor stream = taps(plain, toyBatch(config, 2)).at({Tap::AfterMlp, 0});
    EXPECT_LT(stream.mean(-1).abs().max().item<double>(), 1e-5);
    EXPECT_NEAR(stream.square().mean().item<double>(), 1, 1e-3);
}

TEST(Flavours, ParallelBlocksGiveBothPartsTheSameStream)
{
    ModelConfig config = toyGpt2({.layers = 1});
    config.flavour.layout = BlockLayout::Parallel;
    const ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    const at::Tensor mlpOut = taps(parameters, batch).at({Tap::MlpOut, 0});
    ParameterSet deaf = parameters; // without attention's share, the MLP's is the same
    deaf.tensors[{Role::AttentionOutWeight, 0}] = parameters.at(Role::AttentionOutWeight, 0).mul(0);
    EXPECT_TRUE(at::equal(taps(deaf, batch).at({Tap::MlpOut, 0}), mlpOut));
    EXPECT_FALSE(at::equal(run(config, batch), run(toyGpt2({.layers = 1}), batch)));
}

TEST(Flavours, SandwichNormsBoundWhatABranchAdds)
{
    ModelConfig config = toyLlama();
    config.flavour.layout = BlockLayout::Sandwich;
    ParameterSet parameters = toyParameters(config);
    parameters.at(Role::AttentionPostNormGain, 0).fill_(1);
    const at::Tensor added = taps(parameters, toyBatch(config, 2)).at({Tap::AttentionOut, 0});
    EXPECT_NEAR(added.square().mean().item<double>(), 1, 1e-3);
}

TEST(Flavours, AWindowHidesWhatLiesFurtherBack)
{
    ModelConfig config = toyLlama({.layers = 1});
    config.flavour.window = 3;
    config.flavour.windowed_L = {true};
    Batch batch = toyBatch(config, 1);
    const at::Tensor before = run(config, batch);
    batch.inputIds_BT[0][2] = (batch.inputIds_BT[0][2] + 1) % 17;
    const at::Tensor changed = run(config, batch).ne(before).any(-1).flatten();
    const at::Tensor expected = at::tensor({0, 0, 1, 1, 1, 0, 0, 0, 0}).to(at::kBool);
    EXPECT_TRUE(at::equal(changed, expected));
    config.flavour.windowed_L = {false};
    EXPECT_FALSE(at::equal(run(config, batch), before));
}

TEST(Flavours, AHugeScoreCapChangesNothingAndASmallOneDoes)
{
    for (ModelConfig config : {toyLlama(), toyGpt2()}) {
        Batch batch = toyBatch(config, 2);
        batch.attentionMask_BT = at::ones({2, 9}, at::kLong);
        batch.attentionMask_BT[1].narrow(0, 6, 3).zero_();
        const at::Tensor real = batch.attentionMask_BT.to(at::kBool).unsqueeze(-1);
        const at::Tensor before = run(config, batch).mul(real);
        config.flavour.scoreCap = 1e4;
        EXPECT_TRUE(at::allclose(run(config, batch).mul(real), before, 1e-3, 1e-3));
        config.flavour.scoreCap = 0.1;
        EXPECT_FALSE(at::allclose(run(config, batch).mul(real), before, 1e-2, 1e-2));
    }
}

TEST(Flavours, LogitsStayBelowTheirCap)
{
    ModelConfig config = toyLlama();
    const Batch batch = toyBatch(config, 2);
    const at::Tensor before = run(config, batch);
    config.flavour.logitCap = 0.5;
    EXPECT_TRUE(at::allclose(run(config, batch), softCapped(before, 0.5)));
}

TEST(Flavours, TalkingHeadsThatOnlyListenChangeNothing)
{
    ModelConfig config = test::toyVit();
    const Batch batch = toyBatch(config, 2);
    const at::Tensor before = run(config, batch);
    config.flavour.talkingHeads = true;
    ParameterSet parameters = toyParameters(config);
    EXPECT_FALSE(at::allclose(logitsOf(parameters, batch), before, 1e-2, 1e-2));
    for (int block = 0; block < 2; ++block)
        for (const auto& [weight, bias] : {std::pair(Role::ScoreMixWeight, Role::ScoreMixBias),
                 std::pair(Role::ProbabilityMixWeight, Role::ProbabilityMixBias)}) {
            parameters.at(weight, block).zero_().fill_diagonal_(1);
            parameters.at(bias, block).zero_();
        }
    EXPECT_TRUE(at::allclose(logitsOf(parameters, batch), before, 1e-4, 1e-4));
}

TEST(Flavours, AnEncoderGivesItsNormalisedStream)
{
    ModelConfig config = toyGpt2();
    config.flavour.task = Task::TextEncoder;
    const ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    const at::Tensor states = logitsOf(parameters, batch);
    EXPECT_EQ(states.sizes().vec(), (std::vector<std::int64_t>{2, 9, 12}));
    EXPECT_TRUE(at::equal(states, taps(parameters, batch).at({Tap::FinalNorm, -1})));
}

TEST(Flavours, ADistilledModelAnswersWithTheMeanOfItsHeads)
{
    ModelConfig config = test::toyVit();
    config.shape.positions = 6;
    config.flavour.distillationToken = config.flavour.distillationHead = true;
    ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 2);
    parameters.at(Role::HeadWeight).zero_();
    parameters.at(Role::DistillationHeadWeight).zero_();
    parameters.at(Role::HeadBias).fill_(3);
    parameters.at(Role::DistillationHeadBias).fill_(5);
    EXPECT_TRUE(at::equal(logitsOf(parameters, batch), at::ones({2, 7}).mul(4)));
}

TEST(Flavours, TokenTypesAreZeroWhereNoneAreNamed)
{
    ModelConfig config = toyGpt2();
    config.shape.tokenTypes = 2;
    Batch batch = toyBatch(config, 1);
    const at::Tensor silent = run(config, batch);
    batch.tokenTypes_BT = batch.inputIds_BT.mul(0);
    EXPECT_TRUE(at::equal(run(config, batch), silent));
    EXPECT_TRUE(checkBatch(config, batch).ok());
    batch.tokenTypes_BT[0][1] = 1;
    EXPECT_FALSE(at::equal(run(config, batch), silent));
    batch.tokenTypes_BT[0][1] = 2;
    EXPECT_EQ(
        checkBatch(config, batch).error().message, "token_type_ids: found type 2, wanted 0 to 1");
    config.shape.tokenTypes = 0;
    EXPECT_FALSE(checkBatch(config, batch).ok());
}

} // namespace
} // namespace espalier
