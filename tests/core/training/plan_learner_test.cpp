// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/plan_learner.h"

#include "core/forward/loss.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

TransferPlan grownPlan()
{
    ModelShape shape = test::toyGpt2().shape;
    shape.layers = 3;
    shape.hidden = 16;
    shape.heads = shape.kvHeads = 4;
    shape.mlp = 13;
    return *makePlan(
        *findMethod("ligo"), {.parent = test::toyGpt2(), .childShape = shape, .seed = {3}});
}

Batch batchAt(std::int64_t step)
{
    return test::toyBatch(test::toyGpt2(), 8, {static_cast<std::uint64_t>(step % 4)});
}

constexpr PlanLearning kSettings = {
    .steps = 12, .warmupSteps = 2, .learningRate = 0.03, .weightDecay = 0};

Result<LearnedPlan> learned(const PlanLearning& settings)
{
    return learnPlan(grownPlan(), test::toyParameters(test::toyGpt2()), batchAt, settings);
}

double lossOfStart(const TransferPlan& plan)
{
    const c10::NoGradGuard noGradients;
    const auto child = applyPlan(plan, test::toyParameters(test::toyGpt2()));
    double sum = 0;
    for (std::int64_t step = 0; step < 4; ++step)
        sum += lossOf(*child, batchAt(step)).item<double>() / 4;
    return sum;
}

TEST(PlanLearner, TheLearnedPlansDestinationHasALowerLoss)
{
    const auto result = learned(kSettings);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_LT(lossOfStart(result->plan), lossOfStart(grownPlan()) - 0.1);
    EXPECT_EQ(result->report.losses.size(), 12U);
    EXPECT_TRUE(checkPlan(result->plan));
}

TEST(PlanLearner, ReportsHowFarTheOperatorMoved)
{
    const auto result = learned(kSettings);
    ASSERT_TRUE(result);
    const LearningReport& report = result->report;
    const double distance = distanceOf(operatorsOf(grownPlan()), result->operators);
    EXPECT_GT(distance, 0.1);
    EXPECT_NEAR(report.distance, distance, 1e-4 * distance);
    EXPECT_GT(report.startNorm, distance);
    EXPECT_LT(report.distances.front(), report.distances.back());
    EXPECT_GT(report.flops, 0);
    ASSERT_EQ(report.norms.size(), 5U) << "residual, query, key, value, mlp";
    EXPECT_GT(report.norms[0].kept, report.norms[0].added)
        << "averages of all neurons are smaller than one";
}

TEST(PlanLearner, OldNeuronsAndTiesStay)
{
    const auto result = learned(kSettings);
    ASSERT_TRUE(result);
    const AxisMap& residual = result->plan.globalMaps.at(AxisLabel::Residual);
    for (std::int64_t row = 0; row < 12; ++row)
        for (std::int64_t col = 0; col < 12; ++col)
            EXPECT_EQ(residual.write.at(row, col), row == col ? 1 : 0);
    EXPECT_NE(residual, grownPlan().globalMaps.at(AxisLabel::Residual));
    const auto& maps = result->plan.blocks[2].maps;
    EXPECT_EQ(maps.at(AxisLabel::Context), maps.at(AxisLabel::Value));
}

TEST(PlanLearner, TheSameInputsGiveTheSamePlan)
{
    const auto first = learned(kSettings);
    const auto again = learned(kSettings);
    ASSERT_TRUE(first && again);
    EXPECT_EQ(first->plan, again->plan);
}

TEST(PlanLearner, TunesDepthAloneIfAsked)
{
    PlanLearning settings = kSettings;
    settings.width = false;
    const auto result = learned(settings);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->operators.width, operatorsOf(grownPlan()).width);
    EXPECT_NE(result->operators.depth, operatorsOf(grownPlan()).depth);
}

TEST(PlanLearner, TheRateRisesToItsPeakAndFallsToNothing)
{
    const PlanLearning settings{.steps = 10, .warmupSteps = 4, .learningRate = 1};
    EXPECT_DOUBLE_EQ(learningRateAt(settings, 0), 0.25);
    EXPECT_DOUBLE_EQ(learningRateAt(settings, 3), 1);
    EXPECT_DOUBLE_EQ(learningRateAt(settings, 4), 1);
    EXPECT_DOUBLE_EQ(learningRateAt(settings, 7), 0.5);
    EXPECT_DOUBLE_EQ(learningRateAt(settings, 9), 1.0 / 6);
}

TEST(PlanLearner, AWarmUpBeyondItsEndHardlyMovesTheOperator)
{
    PlanLearning published = kSettings;
    published.learningRate = 2e-4;
    PlanLearning trap = published;
    trap.warmupSteps = 10000; // as the published command inherits it
    const auto moved = learned(published);
    const auto stuck = learned(trap);
    ASSERT_TRUE(moved && stuck);
    EXPECT_LT(stuck->report.distance, moved->report.distance / 50);
}

TEST(PlanLearner, ALossThatIsNotFiniteIsRefusedAtItsStep)
{
    ParameterSet parent = test::toyParameters(test::toyGpt2());
    parent.at(Role::MlpUpWeight, 1).fill_(NAN);
    const auto result = learnPlan(grownPlan(), parent, batchAt, kSettings);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message,
        "learning operators: first non-finite loss at step 1, wanted a lower learning rate");
}

TEST(PlanLearner, CanBeStopped)
{
    std::stop_source stop;
    stop.request_stop();
    const auto result = learnPlan(grownPlan(), test::toyParameters(test::toyGpt2()), batchAt,
        kSettings, {.report = {}, .stop = stop.get_token(), .note = {}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
}

} // namespace
} // namespace espalier
