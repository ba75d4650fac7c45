// SPDX-License-Identifier: GPL-3.0-or-later
//
// Class-attention blocks choose their heads and units by scores of their own.

#include "core/methods/catalog.h"
#include "core/methods/keep_axes.h"
#include "core/methods/rescale.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

namespace espalier {
namespace {

using test::toyBatch;
using test::toyParameters;

constexpr int kClassBlock = 2; // the first of two, behind two of the trunk
constexpr std::int64_t kLastHead = 3;
constexpr std::int64_t kLastUnit = 17;

/// Four heads of four channels; 12 units in the trunk, 18 behind it.
ModelConfig cait()
{
    return test::toyCait({.hidden = 16, .heads = 4, .mlp = 12});
}

ModelShape half(const ModelConfig& config)
{
    ModelShape shape = config.shape;
    shape.hidden /= 2;
    shape.heads = shape.kvHeads = 2;
    shape.mlp /= 2;
    return resized(config.shape, shape);
}

Result<TransferPlan> subclone(const ModelConfig& config, const ModelShape& shape,
    const Measurements& measurements, Options options = {})
{
    return makePlan(*findMethod("subcloning"),
        {.parent = config,
            .childShape = shape,
            .measurements = &measurements,
            .options = std::move(options)});
}

const std::vector<std::int64_t>& kept(const TransferPlan& plan, AxisLabel label)
{
    return plan.blocks.at(kClassBlock).terms.front().maps.at(label).child_from_parent;
}

bool contains(const std::vector<std::int64_t>& indices, std::int64_t wanted)
{
    return std::find(indices.begin(), indices.end(), wanted) != indices.end();
}

/// Its last head and its last unit in a class-attention block say and write several times as much
/// as the others.
ParameterSet withLoudLast(const ModelConfig& config)
{
    const at::NoGradGuard noGradients;
    ParameterSet parameters = cloneOf(toyParameters(config));
    const ModelShape& shape = config.shape;
    const std::int64_t width = shape.heads * shape.headDim;
    const std::int64_t first = kLastHead * shape.headDim;
    for (const Role role : {Role::QkvWeight, Role::QkvBias})
        parameters.at(role, kClassBlock).narrow(0, 2 * width + first, shape.headDim).mul_(6);
    parameters.at(Role::AttentionOutWeight, kClassBlock).narrow(1, first, shape.headDim).mul_(6);
    parameters.at(Role::MlpUpWeight, kClassBlock).select(0, kLastUnit).mul_(6);
    parameters.at(Role::MlpUpBias, kClassBlock).select(0, kLastUnit).fill_(6);
    parameters.at(Role::MlpDownWeight, kClassBlock).select(1, kLastUnit).mul_(6);
    return parameters;
}

TEST(ClassScores, AreMeansOverWhatTheClassTokensShow)
{
    const ModelConfig config = cait();
    const ParameterSet parameters = toyParameters(config);
    const Batch batch = toyBatch(config, 5);
    std::map<Tap, at::Tensor> seen;
    (void)logitsOf(
        parameters, batch, {.observer = [&](Tap tap, int block, const at::Tensor& value) {
            if (block == kClassBlock + 1)
                seen[tap] = value.to(at::kDouble).flatten(0, 1);
        }});
    ASSERT_EQ(seen.size(), 2U) << "no stream";
    const Measurements found = test::measured(parameters, {batch}, {"mean-abs", "variance"});
    EXPECT_EQ(found.tokens, 5 * 4);
    const at::Tensor context = seen.at(Tap::Context).select(1, 6);
    EXPECT_EQ(context.size(0), 5) << "one class token for each sample";
    EXPECT_NEAR(found.scoresBy("mean-abs")->classContext_LC.at(1, 6),
        context.abs().mean().item<double>(), 1e-6);
    EXPECT_NEAR(found.scoresBy("variance")->classMlp_LM.at(1, 16),
        seen.at(Tap::MlpHidden).select(1, 16).var(false).item<double>(), 1e-6);
}

TEST(ClassScores, GradientsAloneCountTheSameTokens)
{
    const ModelConfig config = cait();
    const Batch batch = toyBatch(config, 5);
    EXPECT_EQ(test::measured(toyParameters(config), {batch}, {"activation-taylor"}).tokens, 5 * 4);
}

TEST(ClassScores, KeepALoudHeadAndUnitWhereverTheyLie)
{
    const ModelConfig config = cait();
    const ParameterSet parameters = withLoudLast(config);
    const Batch batch = toyBatch(config, 6);
    for (const OptionChoice& metric : metricChoices()) {
        SCOPED_TRACE(metric.id);
        const Measurements found = test::measured(parameters, {batch}, {metric.id});
        const auto plan =
            subclone(config, half(config), found, {{"metric", std::string(metric.id)}});
        ASSERT_TRUE(plan) << plan.error().message;
        EXPECT_TRUE(contains(kept(*plan, AxisLabel::Context), kLastHead * config.shape.headDim));
        EXPECT_TRUE(contains(kept(*plan, AxisLabel::ClassMlp), kLastUnit));
    }
}

TEST(ClassScores, OfAPermutedParentKeepTheSameNetwork)
{
    const ModelConfig config = cait();
    const ParameterSet parent = toyParameters(config);
    const ParameterSet permuted = applyPlan(test::permutationPlan(config, {3}), parent).value();
    const Batch batch = toyBatch(config, 6);
    const auto logitsOfHalf = [&](const ParameterSet& parameters) {
        const Measurements found = test::measured(parameters, {batch}, {"mean-abs"});
        const auto plan = subclone(config, half(config), found);
        return logitsOf(applyPlan(*plan, parameters).value(), batch);
    };
    EXPECT_TRUE(at::allclose(logitsOfHalf(permuted), logitsOfHalf(parent), 1e-4, 1e-5));
}

TEST(ClassScores, AtFullSizeKeepEverything)
{
    const ModelConfig config = cait();
    const Measurements found =
        test::measured(toyParameters(config), {toyBatch(config, 2)}, {"mean-abs"});
    const auto plan = subclone(config, config.shape, found);
    ASSERT_TRUE(plan) << plan.error().message;
    for (const DestinationBlock& block : plan->blocks)
        for (const auto& [label, map] : block.terms.front().maps)
            EXPECT_EQ(map.kind, AxisMap::Kind::Identity) << nameOf(label);
    EXPECT_TRUE(plan->rules.empty());
}

TEST(ClassScores, MissingInOldMeasurementsAreAskedFor)
{
    const ModelConfig config = cait();
    Measurements found = test::measured(toyParameters(config), {toyBatch(config, 2)}, {"mean-abs"});
    ChannelScores& scores = found.scores.at("mean-abs");
    scores.classMlp_LM = {};
    EXPECT_EQ(subclone(config, half(config), found).error().message,
        "measurements: found no scores of class-attention MLP units by mean-abs, measure mean-abs");
    scores.classContext_LC = {};
    EXPECT_EQ(subclone(config, half(config), found).error().message,
        "measurements: found no scores of class-attention heads by mean-abs, measure mean-abs");
    ModelShape shallower = config.shape;
    shallower.layers = 1;
    EXPECT_TRUE(subclone(config, shallower, found, {{"depth", std::string("middle")}}).ok())
        << "nothing there is chosen";
}

TEST(ClassScores, RidgeLetsKeptUnitsStandForDroppedOnes)
{
    const ModelConfig config = cait();
    const ParameterSet parent = toyParameters(config);
    Measurements found =
        test::measured(parent, {toyBatch(config, 6)}, {"mean-abs", "projection-moments"});
    ASSERT_EQ(found.mlpMoment_LMM.size(), 4U) << "two blocks of the trunk, two behind it";
    EXPECT_EQ(found.mlpMoment_LMM[kClassBlock].rows, config.shape.classMlp);
    const auto plan = [&] {
        return subclone(config, half(config), found, {{"scale", std::string("ridge")}});
    };
    const DestinationBlock block = plan()->blocks.at(kClassBlock);
    for (const auto& [role, label, moment] :
        {std::tuple(Role::MlpDownWeight, AxisLabel::ClassMlp, &found.mlpMoment_LMM[kClassBlock]),
            std::tuple(Role::AttentionOutWeight, AxisLabel::Context,
                &found.contextMoment_LCC[kClassBlock])}) {
        const AxisMap& map = block.termsByRole.at(role).front().maps.at(label);
        ASSERT_EQ(map.kind, AxisMap::Kind::Dense);
        EXPECT_EQ(
            map.read, *ridgeMap(*moment, block.terms.front().maps.at(label).child_from_parent));
    }
    const auto child = applyPlan(*plan(), parent);
    ASSERT_TRUE(child);
    EXPECT_TRUE(logitsOf(*child, toyBatch(config, 2)).isfinite().all().item<bool>());
    found.mlpMoment_LMM.resize(2); // as measured without them
    EXPECT_EQ(plan().error().message,
        "measurements: found no second moments of heads and MLP units, measure projection-moments");
}

TEST(ClassScores, SayHowMuchOfWhatIsReadIsKept)
{
    const ModelConfig config = cait();
    Measurements found =
        test::measured(toyParameters(config), {toyBatch(config, 2)}, {"mean-abs", "rms"});
    const auto plan = [&] {
        return subclone(config, half(config), found, {{"scale", std::string("energy")}});
    };
    const std::vector<std::int64_t> units = kept(*plan(), AxisLabel::ClassMlp);
    Matrix& rms = found.scores.at("rms").classMlp_LM;
    std::fill_n(rms.values.begin(), rms.cols, 1.0);
    for (const std::int64_t unit : units) // nine kept of 4 each, nine dropped of 1 each
        rms.values[static_cast<std::size_t>(unit)] = 2;
    EXPECT_DOUBLE_EQ(
        plan()->rules.at({Role::MlpDownWeight, kClassBlock}).scale, std::sqrt(45.0 / 36.0));
}

} // namespace
} // namespace espalier
