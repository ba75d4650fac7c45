// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/block_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double valueAt(const std::vector<double>& values, std::size_t i)
{
    return i < values.size() ? values[i] : kNaN;
}

std::vector<float> sparkOf(const Matrix& scores, std::int64_t row, std::size_t points)
{
    std::vector<double> values;
    for (std::int64_t col = 0; col < scores.cols; ++col)
        if (const double score = scores.at(row, col); score > 0 && std::isfinite(score))
            values.push_back(std::log10(score));
    std::sort(values.begin(), values.end(), std::greater<>());
    const std::size_t count = std::min(points, values.size());
    std::vector<float> spark(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t source = count < 2 ? 0 : i * (values.size() - 1) / (count - 1);
        spark[i] = static_cast<float>(values[source]);
    }
    return spark;
}

Series increases(std::string title, const std::vector<double>& losses, double base, int lane)
{
    Series series{.id = title, .title = title, .lane = lane};
    for (std::size_t l = 0; l < losses.size(); ++l) {
        series.x.push_back(static_cast<double>(l));
        series.y.push_back(losses[l] - base);
    }
    return series;
}

bool isMostlyPositive(const Series& series)
{
    const auto positive = std::count_if(
        series.y.begin(), series.y.end(), [](double increase) { return increase > 0; });
    return 2 * static_cast<std::size_t>(positive) >= series.y.size();
}

} // namespace

std::vector<BlockRow> blockRows(
    const ModelShape& shape, const Measurements* measurements, std::size_t sparkPoints)
{
    std::vector<BlockRow> rows;
    for (std::int64_t l = 0; l < shape.layers; ++l) {
        BlockRow row{
            .block = static_cast<int>(l), .change = kNaN, .lossIncrease = kNaN, .scores = {}};
        if (measurements != nullptr) {
            const auto i = static_cast<std::size_t>(l);
            row.change = valueAt(measurements->change_L, i);
            row.lossIncrease = valueAt(measurements->lossRemoved_L, i) - measurements->baseLoss;
            if (const ChannelScores* scores = measurements->scoresBy(kMeanAbs);
                scores != nullptr && l < scores->afterMlp_LD.rows)
                row.scores = sparkOf(scores->afterMlp_LD, l, sparkPoints);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

BarChart residualChangeChart(const Measurements& measurements)
{
    BarChart chart;
    chart.xTitle = "block";
    chart.yTitle = "residual change r";
    BarPart attention{.title = "attention", .values = {}, .role = PlotRole::Parent};
    BarPart mlp{.title = "MLP", .values = {}, .role = PlotRole::Lane};
    for (std::size_t l = 0; l < measurements.change_L.size(); ++l) {
        const double a = valueAt(measurements.attentionChange_L, l);
        const double m = valueAt(measurements.mlpChange_L, l);
        const double share = a + m == 0 ? 0 : a / (a + m);
        chart.categories.push_back(fmt::format("{}", l));
        attention.values.push_back(measurements.change_L[l] * share);
        mlp.values.push_back(measurements.change_L[l] * (1 - share));
    }
    chart.parts = {std::move(attention), std::move(mlp)};
    return chart;
}

LineChart blockLossChart(const Measurements& measurements)
{
    LineChart chart;
    chart.xTitle = "block";
    chart.yTitle = "loss increase";
    chart.yUnit = "nats";
    chart.wholeX = true;
    if (measurements.lossRemoved_L.empty())
        return chart;
    const double base = measurements.baseLoss;
    chart.series.push_back(increases("removed", measurements.lossRemoved_L, base, 1));
    if (!measurements.lossDuplicated_L.empty())
        chart.series.push_back(increases("run twice", measurements.lossDuplicated_L, base, 2));
    chart.logY = std::all_of(chart.series.begin(), chart.series.end(), isMostlyPositive);
    return chart;
}

} // namespace espalier
