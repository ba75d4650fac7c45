// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/recipe/recipe.h"
#include "core/report/series.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// One training step of a lane. NaN and infinities are kept as they came.
struct LanePoint
{
    double step = 0;
    double tokens = 0;
    double seconds = 0;
    double flops = 0;
    double trainLoss = 0; ///< meaningless at step 0, the untrained start
    std::optional<double> validationLoss = std::nullopt;
};

enum class LaneProgress
{
    Ready,
    Waiting,
    Running,
    Paused,
    Stopped,
    Finished,
    Failed
};

/// A competitor of the race, planned or running.
struct RunLane
{
    std::string id;
    std::string title;
    Recipe recipe;
    TrainSettings train;
    bool followsDestination =
        false; ///< takes over every change of the destination until the race starts
    LaneProgress progress = LaneProgress::Ready;
    std::string note;
    std::int64_t parameters = 0;
    std::vector<LanePoint> points;
    std::optional<double> floor = std::nullopt; ///< entropy of the data, if known
};

/// What a race's x axis shows.
enum class RunAxis
{
    Step,
    Tokens,
    Seconds,
    Flops
};

[[nodiscard]] double coordinate(const LanePoint& point, RunAxis axis);

/// The loss curves of all lanes: training losses, or the points where validation was measured.
struct RunChartSettings
{
    RunAxis axis = RunAxis::Step;
    bool validation = false;
    bool logLoss = false;
    std::optional<double> chance = std::nullopt; ///< loss of the uniform guess
};
[[nodiscard]] LineChart runChart(
    const std::vector<RunLane>& lanes, const RunChartSettings& settings);
/// Points of a lane that a chart with these settings draws, from index `first` on.
void chartPoints(const RunLane& lane, const RunChartSettings& settings, std::size_t first,
    std::vector<double>& x, std::vector<double>& y);

/// Figures of one lane for a table; nothing where there are no data yet.
struct LaneFigures
{
    std::int64_t step = 0;
    std::optional<double> trainLoss; ///< mean of the last ten steps
    std::optional<double> validationLoss; ///< the latest
    std::optional<double> tokensPerSecond; ///< over the last twenty steps
    std::optional<double>
        stepsToTarget; ///< first evaluated step with validation loss at or below the target
    double seconds = 0;
};
/// The loss that every lane has reached: the largest of the lanes' best validation losses after
/// step 0. Nothing before every lane has been evaluated once.
[[nodiscard]] std::optional<double> commonTarget(const std::vector<RunLane>& lanes);
[[nodiscard]] LaneFigures laneFigures(const RunLane& lane, std::optional<double> target);

} // namespace espalier
