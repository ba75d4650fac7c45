// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/task_sizes.h"

#include "core/methods/catalog.h"
#include "core/plan/dense_form.h"
#include "core/plan/operators.h"
#include "core/plan/provenance.h"
#include "tests/support/toy_growth.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using Indices = std::vector<std::int64_t>;

/// The parent's trunk, made by a method that changes nothing there.
TransferPlan planWith(const ModelConfig& parent, Size size, std::int64_t value)
{
    ModelShape asked = askedSizes(parent.shape, parent.shape);
    set(asked, size, value);
    const auto plan = test::grow("net2net", destinationShape(parent.shape, asked), {}, parent);
    EXPECT_TRUE(plan) << plan.error().message;
    return *plan;
}

Indices rowsOf(const TransferPlan& plan, AxisLabel label)
{
    return plan.globalMaps.at(label).child_from_parent;
}

std::string origin(const TransferPlan& plan, Role role, const Indices& index)
{
    return describe(originOf(plan, {role, -1}, index));
}

TEST(TaskSizes, AnUnchangedTaskLeavesThePlanAlone)
{
    const auto plan = test::grow("net2net", test::toyConfig().shape);
    ASSERT_TRUE(plan);
    TransferPlan again = *plan;
    setTaskSizes(again, test::toyConfig().shape);
    EXPECT_EQ(again, *plan);
    EXPECT_FALSE(plan->globalMaps.contains(AxisLabel::Vocab));
    EXPECT_FALSE(plan->globalMaps.contains(AxisLabel::Position));
}

TEST(TaskSizes, FewerTokensAndPositionsAreTheFirstOnes)
{
    const ModelConfig parent = test::toyConfig(); // 5 tokens, 6 positions
    EXPECT_EQ(rowsOf(planWith(parent, Size::Vocab, 3), AxisLabel::Vocab), (Indices{0, 1, 2}));
    EXPECT_EQ(rowsOf(planWith(parent, Size::Positions, 2), AxisLabel::Position), (Indices{0, 1}));
}

TEST(TaskSizes, NewTokensAreTheMeanOfAllInTheEmbeddingAndTheHead)
{
    ModelConfig parent = test::toyConfig();
    const TransferPlan tied = planWith(parent, Size::Vocab, 7);
    EXPECT_EQ(rowsOf(tied, AxisLabel::Vocab), (Indices{0, 1, 2, 3, 4, kMeanOfAxis, kMeanOfAxis}));
    EXPECT_EQ(origin(tied, Role::TokenEmbedding, {4, 1}), "token_embedding [4, 1] × 1");
    const std::string mean = "token_embedding [0, 1] × 0.2 + token_embedding [1, 1] × 0.2 + "
                             "token_embedding [2, 1] × 0.2 + token_embedding [3, 1] × 0.2 + 1 more";
    EXPECT_EQ(origin(tied, Role::TokenEmbedding, {6, 1}), mean);
    parent.flavour.tiedHead = false;
    parent.flavour.headBias = true;
    const TransferPlan own = planWith(parent, Size::Vocab, 7);
    EXPECT_EQ(origin(own, Role::HeadWeight, {3, 2}), "head.weight [3, 2] × 1");
    EXPECT_TRUE(origin(own, Role::HeadWeight, {5, 2}).starts_with("head.weight [0, 2] × 0.2 + "));
    EXPECT_TRUE(origin(own, Role::HeadBias, {5}).starts_with("head.bias [0] × 0.2 + "));
}

TEST(TaskSizes, MorePositionsAreTheTableAgainFromItsBeginning)
{
    ModelConfig parent = test::toyConfig();
    EXPECT_EQ(rowsOf(planWith(parent, Size::Positions, 8), AxisLabel::Position),
        (Indices{0, 1, 2, 3, 4, 5, 0, 1}));
    parent = test::toyOpt(); // 9 positions behind two spare rows
    EXPECT_EQ(rowsOf(planWith(parent, Size::Positions, 11), AxisLabel::Position),
        (Indices{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2, 3}));
    EXPECT_EQ(rowsOf(planWith(parent, Size::Positions, 3), AxisLabel::Position),
        (Indices{0, 1, 2, 3, 4}));
}

TEST(TaskSizes, PositionsWithoutATableAreTheConfigsNumberAlone)
{
    const TransferPlan plan = planWith(test::toyLlama(), Size::Positions, 100);
    EXPECT_EQ(plan.child.shape.positions, 100);
    EXPECT_FALSE(plan.globalMaps.contains(AxisLabel::Position));
    EXPECT_EQ(plan.child.flavour, plan.parent.flavour);
}

TEST(TaskSizes, HeadsOfOtherClassesAreDrawnAsARandomStartDrawsThem)
{
    for (const ModelConfig& parent :
        {test::toyVit(), test::toyDeit(), test::toyBert(Task::SequenceClassification)}) {
        const TransferPlan plan = planWith(parent, Size::Classes, 3);
        ModelShape shape = parent.shape;
        shape.classes = 3;
        const auto random = test::grow("random", shape, {}, parent);
        ASSERT_TRUE(random) << random.error().message;
        int heads = 0;
        for (const ParameterSpec& spec : parametersOf(plan.child)) {
            const ParameterPlan one = resolve(plan, spec.id);
            if (!one.terms.empty())
                continue;
            ++heads;
            EXPECT_EQ(one.child.dims[0].segments[0], AxisLabel::Class);
            EXPECT_EQ(one.noise, resolve(*random, spec.id).noise);
            EXPECT_EQ(one.noiseSeed.value, resolve(*random, spec.id).noiseSeed.value);
        }
        EXPECT_EQ(heads, parent.flavour.distillationHead ? 4 : 2) << parent.family;
    }
}

TEST(TaskSizes, AnImageModelWithoutAHeadGetsOneForEachTokenInFront)
{
    ModelConfig pooled = test::toyHeadless(test::toyVit());
    pooled.flavour.headDense = true;
    for (const ModelConfig& parent :
        {pooled, test::toyHeadless(test::toyDeit()), test::toyHeadless(test::toyCait())}) {
        const TransferPlan plan = planWith(parent, Size::Classes, 3);
        EXPECT_EQ(plan.child.flavour.task, Task::ImageClassification);
        EXPECT_FALSE(hasParameter(plan.child, {Role::HeadDenseWeight, -1}));
        for (const Role role : {Role::HeadWeight, Role::HeadBias})
            EXPECT_TRUE(resolve(plan, {role, -1}).terms.empty());
        EXPECT_EQ(
            hasParameter(plan.child, {Role::DistillationHeadWeight, -1}), parent.family == "deit");
    }
}

TEST(TaskSizes, OtherImagesHaveTheirPositionsResampled)
{
    const TransferPlan plan = planWith(test::toyVit(), Size::Image, 12);
    const AxisMap& map = plan.globalMaps.at(AxisLabel::Position);
    EXPECT_EQ(map.kind, AxisMap::Kind::Dense);
    EXPECT_EQ(origin(plan, Role::PositionEmbedding, {0, 3}), "position_embedding [0, 3] × 1");
    // The middle of 3 x 3 lies between all of 2 x 2.
    EXPECT_EQ(origin(plan, Role::PositionEmbedding, {5, 3}),
        "position_embedding [1, 3] × 0.25 + position_embedding [2, 3] × 0.25 + "
        "position_embedding [3, 3] × 0.25 + position_embedding [4, 3] × 0.25");
    EXPECT_EQ(planWith(test::toyDeit(), Size::Image, 12)
                  .globalMaps.at(AxisLabel::Position)
                  .write.at(1, 1),
        1)
        << "the distillation token";
    EXPECT_EQ(
        planWith(test::toyCait(), Size::Image, 12).globalMaps.at(AxisLabel::Position).childLength,
        9);
}

TEST(TaskSizes, AreNothingToLearn)
{
    TransferPlan plan = planWith(test::toyVit(), Size::Image, 12);
    EXPECT_TRUE(operatorsOf(plan).empty());
    plan = planWith(test::toyConfig(), Size::Vocab, 7);
    EXPECT_EQ(
        denseForm(plan).globalMaps.at(AxisLabel::Vocab), plan.globalMaps.at(AxisLabel::Vocab));
}

TEST(TaskSizes, EveryMethodMakesThemAlike)
{
    const Measurements measurements = test::toyMeasurements();
    for (const Method& method : methods()) {
        PlanRequest request{.parent = test::toyConfig(),
            .childShape = test::toyConfig().shape,
            .measurements = &measurements};
        if (!checkRequest(method, request) || !makePlan(method, request))
            continue; // needs more than the toy has
        const auto before = makePlan(method, request);
        request.childShape.vocab = 7;
        request.childShape.positions = 8;
        const auto plan = makePlan(method, request);
        ASSERT_TRUE(plan) << method.id << ": " << plan.error().message;
        TransferPlan expected = *before;
        setTaskSizes(expected, request.childShape);
        EXPECT_EQ(*plan, expected) << method.id;
    }
}

std::string verdict(const ModelConfig& parent, Size size, std::int64_t value)
{
    ModelShape asked = askedSizes(parent.shape, parent.shape);
    set(asked, size, value);
    const Preservation found =
        test::preserved("net2net", destinationShape(parent.shape, asked), {}, parent);
    return found.exact ? "exact" : found.reason;
}

TEST(TaskSizes, SayWhetherTheParentsLogitsStay)
{
    const ModelConfig gpt = test::toyConfig();
    EXPECT_EQ(verdict(gpt, Size::Positions, 8), "exact");
    EXPECT_EQ(verdict(gpt, Size::Positions, 2), "exact") << "on what both read";
    EXPECT_EQ(
        verdict(gpt, Size::Vocab, 7), "its logits are the parent's and those of tokens from 5 on");
    EXPECT_EQ(verdict(gpt, Size::Vocab, 4),
        "its logits are the parent's but for those of tokens from 4 on");
    EXPECT_EQ(verdict(test::toyVit(), Size::Classes, 3), "the head is drawn anew for 3 classes");
    EXPECT_EQ(
        verdict(test::toyVit(), Size::Image, 12), "positions are resampled for images of 12 x 6");
    ModelShape wider = test::toyShape(4, 8, 4, 6);
    wider.positions = 8;
    EXPECT_TRUE(test::preserved("net2net", wider).exact
        == test::preserved("net2net", test::toyShape(4, 8, 4, 6)).exact);
}

} // namespace
} // namespace espalier
