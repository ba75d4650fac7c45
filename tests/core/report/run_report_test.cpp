// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/run_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace espalier {
namespace {

RunLane laneOf(const std::string& id, const std::vector<double>& validation)
{
    RunLane lane;
    lane.id = id;
    lane.title = id;
    for (std::size_t i = 0; i < validation.size(); ++i) {
        const auto step = static_cast<double>(10 * i);
        lane.points.push_back(
            {step, 100 * step, step / 2, 1e6 * step, 3 - step / 100, validation[i]});
    }
    return lane;
}

TEST(RunReport, TargetIsTheLossThatEveryLaneHasReached)
{
    const std::vector<RunLane> lanes{laneOf("a", {5, 2, 1}), laneOf("b", {5, 4, 2.5})};
    EXPECT_EQ(commonTarget(lanes), 2.5);
    EXPECT_EQ(laneFigures(lanes[0], 2.5).stepsToTarget, 10);
    EXPECT_EQ(laneFigures(lanes[1], 2.5).stepsToTarget, 20);
}

TEST(RunReport, HasNoTargetBeforeEveryLaneWasEvaluated)
{
    EXPECT_FALSE(commonTarget({laneOf("a", {5, 2}), laneOf("b", {5})}).has_value());
}

TEST(RunReport, SpeedIsTokensOverTrainingTime)
{
    const LaneFigures figures = laneFigures(laneOf("a", {5, 4, 3}), std::nullopt);
    EXPECT_EQ(figures.step, 20);
    ASSERT_TRUE(figures.tokensPerSecond.has_value());
    EXPECT_DOUBLE_EQ(*figures.tokensPerSecond, 200);
    EXPECT_EQ(figures.validationLoss, 3);
}

TEST(RunReport, TrainingCurveStartsWithTheUntrainedValidationLoss)
{
    const LineChart chart = runChart({laneOf("a", {5, 4})}, {});
    ASSERT_EQ(chart.series.size(), 1u);
    EXPECT_EQ(chart.series[0].x, (std::vector<double>{0, 10}));
    EXPECT_EQ(chart.series[0].y, (std::vector<double>{5, 2.9}));
}

TEST(RunReport, KeepsInfiniteLossesInTheCurve)
{
    RunLane lane = laneOf("a", {5, 4});
    lane.points[1].trainLoss = std::numeric_limits<double>::infinity();
    const LineChart chart = runChart({lane}, {});
    EXPECT_TRUE(std::isinf(chart.series[0].y[1]));
}

TEST(RunReport, ValidationCurveLeavesOutStepsWithoutEvaluation)
{
    RunLane lane = laneOf("a", {5, 4, 3});
    lane.points[1].validationLoss = std::nullopt;
    const LineChart chart = runChart({lane}, {.axis = RunAxis::Tokens, .validation = true});
    EXPECT_EQ(chart.series[0].x, (std::vector<double>{0, 2000}));
    EXPECT_EQ(chart.series[0].y, (std::vector<double>{5, 3}));
}

TEST(RunReport, DrawsChanceAndFloorAsReferences)
{
    RunLane lane = laneOf("a", {5});
    lane.floor = 0.3;
    RunChartSettings settings;
    settings.chance = 5.5;
    const LineChart chart = runChart({lane}, settings);
    ASSERT_EQ(chart.references.size(), 2u);
    EXPECT_EQ(chart.references[0].value, 0.3);
    EXPECT_EQ(chart.references[1].value, 5.5);
}

} // namespace
} // namespace espalier
