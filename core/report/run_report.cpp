// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/run_report.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

struct AxisTitle
{
    const char* title;
    const char* unit;
};

AxisTitle titleOf(RunAxis axis)
{
    switch (axis) {
    case RunAxis::Step:
        return {"step", ""};
    case RunAxis::Tokens:
        return {"tokens", ""};
    case RunAxis::Seconds:
        return {"training time", "s"};
    case RunAxis::Flops:
        return {"training FLOPs", ""};
    }
    return {"", ""};
}

std::optional<double> meanOfLast(const RunLane& lane, std::size_t count)
{
    double sum = 0;
    std::size_t found = 0;
    for (auto point = lane.points.rbegin(); point != lane.points.rend() && found < count; ++point)
        if (point->step > 0) {
            sum += point->trainLoss;
            ++found;
        }
    return found == 0 ? std::nullopt : std::optional(sum / static_cast<double>(found));
}

std::optional<double> speedOf(const RunLane& lane)
{
    if (lane.points.size() < 2)
        return std::nullopt;
    const LanePoint& last = lane.points.back();
    const LanePoint& first =
        lane.points[lane.points.size() - std::min<std::size_t>(lane.points.size(), 21)];
    const double seconds = last.seconds - first.seconds;
    return seconds > 0 ? std::optional((last.tokens - first.tokens) / seconds) : std::nullopt;
}

} // namespace

double coordinate(const LanePoint& point, RunAxis axis)
{
    switch (axis) {
    case RunAxis::Step:
        return point.step;
    case RunAxis::Tokens:
        return point.tokens;
    case RunAxis::Seconds:
        return point.seconds;
    case RunAxis::Flops:
        return point.flops;
    }
    return point.step;
}

void chartPoints(const RunLane& lane, const RunChartSettings& settings, std::size_t first,
    std::vector<double>& x, std::vector<double>& y)
{
    for (std::size_t i = first; i < lane.points.size(); ++i) {
        const LanePoint& point = lane.points[i];
        // The untrained start has no training loss; its validation loss opens both kinds of curve.
        const bool wantsValidation = settings.validation || point.step == 0;
        if (wantsValidation && !point.validationLoss)
            continue;
        x.push_back(coordinate(point, settings.axis));
        y.push_back(wantsValidation ? *point.validationLoss : point.trainLoss);
    }
}

LineChart runChart(const std::vector<RunLane>& lanes, const RunChartSettings& settings)
{
    LineChart chart;
    chart.xTitle = titleOf(settings.axis).title;
    chart.xUnit = titleOf(settings.axis).unit;
    chart.yTitle = settings.validation ? "validation loss" : "training loss";
    chart.yUnit = "nats";
    chart.logY = settings.logLoss;
    std::optional<double> floor;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        Series series{.id = lanes[i].id, .title = lanes[i].title, .lane = static_cast<int>(i)};
        chartPoints(lanes[i], settings, 0, series.x, series.y);
        chart.series.push_back(std::move(series));
        if (lanes[i].floor)
            floor = lanes[i].floor;
    }
    if (floor)
        chart.references.push_back({*floor, "entropy of the data", PlotRole::Muted});
    if (settings.chance)
        chart.references.push_back({*settings.chance, "chance", PlotRole::Muted});
    return chart;
}

std::optional<double> commonTarget(const std::vector<RunLane>& lanes)
{
    std::optional<double> target;
    for (const RunLane& lane : lanes) {
        std::optional<double> best;
        for (const LanePoint& point : lane.points)
            if (point.step > 0 && point.validationLoss && std::isfinite(*point.validationLoss))
                best = std::min(best.value_or(*point.validationLoss), *point.validationLoss);
        if (!best)
            return std::nullopt;
        target = std::max(target.value_or(*best), *best);
    }
    return target;
}

LaneFigures laneFigures(const RunLane& lane, std::optional<double> target)
{
    LaneFigures figures;
    if (lane.points.empty())
        return figures;
    figures.step = static_cast<std::int64_t>(lane.points.back().step);
    figures.seconds = lane.points.back().seconds;
    figures.trainLoss = meanOfLast(lane, 10);
    figures.tokensPerSecond = speedOf(lane);
    for (const LanePoint& point : lane.points) {
        if (!point.validationLoss)
            continue;
        figures.validationLoss = point.validationLoss;
        if (target && !figures.stepsToTarget && *point.validationLoss <= *target)
            figures.stepsToTarget = point.step;
    }
    return figures;
}

} // namespace espalier
