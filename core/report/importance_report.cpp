// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/importance_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace espalier {
namespace {

void appendRow(ImportanceReport& report, std::vector<float> values, int block, std::string label)
{
    report.map.columns = values.size();
    report.map.values.insert(report.map.values.end(), values.begin(), values.end());
    report.map.rowLabels.push_back(std::move(label));
    report.blockOfRow.push_back(block);
    ++report.map.rows;
}

std::vector<float> rowOf(const Matrix& matrix, std::int64_t row)
{
    std::vector<float> values(static_cast<std::size_t>(matrix.cols));
    for (std::int64_t col = 0; col < matrix.cols; ++col)
        values[static_cast<std::size_t>(col)] = static_cast<float>(matrix.at(row, col));
    return values;
}

std::vector<float> headMeans(const Matrix& context, std::int64_t row, std::int64_t headDim)
{
    std::vector<float> heads;
    for (std::int64_t start = 0; start + headDim <= context.cols; start += headDim) {
        double sum = 0;
        for (std::int64_t i = 0; i < headDim; ++i)
            sum += context.at(row, start + i);
        heads.push_back(static_cast<float>(sum / static_cast<double>(headDim)));
    }
    return heads;
}

void appendResidualRows(ImportanceReport& report, const ChannelScores& scores)
{
    if (scores.embedding_D.empty())
        return;
    appendRow(report, {scores.embedding_D.begin(), scores.embedding_D.end()}, -1, "embedding");
    for (std::int64_t l = 0; l < scores.afterMlp_LD.rows; ++l) {
        const int block = static_cast<int>(l);
        appendRow(
            report, rowOf(scores.afterAttention_LD, l), block, fmt::format("{} attention", l));
        appendRow(report, rowOf(scores.afterMlp_LD, l), block, fmt::format("{} MLP", l));
    }
}

/// One row per block, class-attention ones behind the trunk's; NaN where one has no such unit.
void appendBlockRows(ImportanceReport& report, const Matrix& trunk, const Matrix& behind,
    const std::function<std::vector<float>(const Matrix&, std::int64_t)>& valuesOf)
{
    const auto width = static_cast<std::size_t>(std::max(trunk.cols, behind.cols));
    int block = 0;
    for (const Matrix* scores : {&trunk, &behind})
        for (std::int64_t l = 0; l < scores->rows; ++l, ++block) {
            std::vector<float> values = valuesOf(*scores, l);
            if (std::cmp_less(scores->cols, width))
                values.resize(width, std::numeric_limits<float>::quiet_NaN());
            appendRow(report, std::move(values), block,
                fmt::format("{}{}", scores == &behind ? "class " : "", l));
        }
}

void appendRows(
    ImportanceReport& report, const ChannelScores& scores, const ModelShape& shape, ScoredAxis axis)
{
    switch (axis) {
    case ScoredAxis::Residual:
        return appendResidualRows(report, scores);
    case ScoredAxis::Heads:
        if (shape.headDim > 0)
            appendBlockRows(report, scores.context_LC, scores.classContext_LC,
                [&](const Matrix& context_LC, std::int64_t row) {
                    return headMeans(context_LC, row, shape.headDim);
                });
        return;
    case ScoredAxis::Mlp:
        return appendBlockRows(report, scores.mlp_LM, scores.classMlp_LM, rowOf);
    }
}

const char* columnTitleOf(ScoredAxis axis)
{
    switch (axis) {
    case ScoredAxis::Residual:
        return "residual channel";
    case ScoredAxis::Heads:
        return "head";
    case ScoredAxis::Mlp:
        break;
    }
    return "MLP unit";
}

std::vector<double> sharedScore(const Heatmap& map)
{
    std::vector<double> shared(map.columns, 0.0);
    for (std::size_t row = 0; row < map.rows; ++row)
        for (std::size_t column = 0; column < map.columns; ++column)
            shared[column] +=
                static_cast<double>(map.at(row, column)) / static_cast<double>(map.rows);
    return shared;
}

/// NaN sorts last, so that the order stays one.
bool ranksBefore(double a, double b)
{
    return std::isnan(a) ? false : std::isnan(b) || a > b;
}

} // namespace

int ImportanceReport::neuronAt(int row, int column) const
{
    if (row < 0 || column < 0)
        return -1;
    const std::size_t cell =
        static_cast<std::size_t>(row) * map.columns + static_cast<std::size_t>(column);
    return neuronOfCell.empty() ? column : cell < neuronOfCell.size() ? neuronOfCell[cell] : -1;
}

ImportanceReport importanceReport(const Measurements& measurements, const ModelShape& shape,
    ScoredAxis axis, std::string_view metric)
{
    ImportanceReport report;
    report.axis = axis;
    report.map.rowTitle = "layer";
    report.map.valueTitle = metric == kMeanAbs ? "mean |activation|" : metric;
    report.map.columnTitle = columnTitleOf(axis);
    if (const ChannelScores* scores = measurements.scoresBy(metric))
        appendRows(report, *scores, shape, axis);
    const std::vector<double> shared = sharedScore(report.map);
    report.order.resize(report.map.columns);
    std::iota(report.order.begin(), report.order.end(), 0);
    std::stable_sort(report.order.begin(), report.order.end(), [&shared](int a, int b) {
        return ranksBefore(
            shared[static_cast<std::size_t>(a)], shared[static_cast<std::size_t>(b)]);
    });
    return report;
}

ImportanceReport sortedWithinRows(const ImportanceReport& report)
{
    ImportanceReport sorted = report;
    sorted.map.columnTitle = "rank of " + report.map.columnTitle;
    sorted.neuronOfCell.resize(report.map.values.size());
    const std::size_t columns = report.map.columns;
    for (std::size_t row = 0; row < report.map.rows; ++row) {
        const auto start = sorted.neuronOfCell.begin() + static_cast<std::ptrdiff_t>(row * columns);
        std::iota(start, start + static_cast<std::ptrdiff_t>(columns), 0);
        std::stable_sort(start, start + static_cast<std::ptrdiff_t>(columns), [&](int a, int b) {
            return ranksBefore(static_cast<double>(report.map.at(row, static_cast<std::size_t>(a))),
                static_cast<double>(report.map.at(row, static_cast<std::size_t>(b))));
        });
        for (std::size_t column = 0; column < columns; ++column)
            sorted.map.values[row * columns + column] = report.map.at(
                row, static_cast<std::size_t>(sorted.neuronOfCell[row * columns + column]));
    }
    std::iota(sorted.order.begin(), sorted.order.end(), 0);
    return sorted;
}

std::vector<bool> inCellOrder(const ImportanceReport& report, const std::vector<bool>& flags)
{
    if (report.neuronOfCell.empty() || flags.size() != report.neuronOfCell.size())
        return flags;
    std::vector<bool> ordered(flags.size());
    for (std::size_t cell = 0; cell < flags.size(); ++cell) {
        const std::size_t row = cell / report.map.columns;
        ordered[cell] =
            flags[row * report.map.columns + static_cast<std::size_t>(report.neuronOfCell[cell])];
    }
    return ordered;
}

double tailRatio(const ImportanceReport& report)
{
    std::vector<double> shared = sharedScore(report.map);
    std::erase_if(shared, [](double value) { return std::isnan(value); });
    if (shared.empty())
        return std::numeric_limits<double>::quiet_NaN();
    std::sort(shared.begin(), shared.end());
    const std::size_t middle = shared.size() / 2;
    const double median =
        shared.size() % 2 == 1 ? shared[middle] : (shared[middle - 1] + shared[middle]) / 2;
    return shared.back() / median;
}

} // namespace espalier
