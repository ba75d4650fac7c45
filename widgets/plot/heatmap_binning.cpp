// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/heatmap_binning.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {
namespace {

/// Collects the cells of one bin.
struct Bin
{
    float best = 0;
    float sum = 0;
    unsigned count = 0;
    bool broken = false;

    void add(float value)
    {
        if (!std::isfinite(value)) {
            broken = true;
            return;
        }
        if (count == 0 || std::abs(value) > std::abs(best))
            best = value;
        sum += value;
        ++count;
    }
    [[nodiscard]] float result(Binning binning) const
    {
        if (broken || count == 0)
            return std::numeric_limits<float>::quiet_NaN();
        return binning == Binning::MaxAbs ? best : sum / static_cast<float>(count);
    }
};

} // namespace

HeatmapStats heatmapStats(const Heatmap& map)
{
    HeatmapStats stats;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    std::vector<double> columnSums(map.columns, 0.0);
    std::vector<unsigned> columnCounts(map.columns, 0U);
    stats.rowMeans.assign(map.rows, 0.0F);
    for (std::size_t row = 0; row < map.rows; ++row) {
        double rowSum = 0;
        std::size_t rowCount = 0;
        for (std::size_t column = 0; column < map.columns; ++column) {
            const double value = static_cast<double>(map.at(row, column));
            if (!std::isfinite(value)) {
                ++stats.nonFinite;
                continue;
            }
            low = std::min(low, value);
            high = std::max(high, value);
            columnSums[column] += std::abs(value);
            ++columnCounts[column];
            rowSum += std::abs(value);
            ++rowCount;
        }
        if (rowCount > 0)
            stats.rowMeans[row] = static_cast<float>(rowSum / static_cast<double>(rowCount));
    }
    stats.columnMeans.resize(map.columns);
    for (std::size_t column = 0; column < map.columns; ++column)
        stats.columnMeans[column] =
            static_cast<float>(columnSums[column] / std::max(columnCounts[column], 1U));
    if (low <= high) {
        stats.low = low;
        stats.high = high;
    }
    return stats;
}

BinnedMap binHeatmap(const Heatmap& map, std::span<const int> order, const CellWindow& window,
    std::size_t maxWidth, std::size_t maxHeight, Binning binning,
    const std::atomic<bool>& cancelled)
{
    BinnedMap result;
    result.window = window;
    result.width = std::min(window.columns(), std::max<std::size_t>(maxWidth, 1));
    result.height = std::min(window.rows(), std::max<std::size_t>(maxHeight, 1));
    result.values.assign(result.width * result.height, 0.0F);
    std::vector<Bin> bins(result.width);
    for (std::size_t y = 0; y < result.height && !cancelled.load(std::memory_order_relaxed); ++y) {
        std::fill(bins.begin(), bins.end(), Bin{});
        const std::size_t endRow = window.firstRow + binStart(y + 1, result.height, window.rows());
        for (std::size_t row = window.firstRow + binStart(y, result.height, window.rows());
             row < endRow; ++row) {
            const float* cells = map.values.data() + row * map.columns;
            for (std::size_t x = 0; x < result.width; ++x) {
                const std::size_t end =
                    window.firstColumn + binStart(x + 1, result.width, window.columns());
                for (std::size_t c =
                         window.firstColumn + binStart(x, result.width, window.columns());
                     c < end; ++c)
                    bins[x].add(cells[order.empty() ? c : static_cast<std::size_t>(order[c])]);
            }
        }
        for (std::size_t x = 0; x < result.width; ++x) {
            const float value = bins[x].result(binning);
            result.nanBins += std::isnan(value) ? 1U : 0U;
            result.values[y * result.width + x] = value;
        }
    }
    return result;
}

} // namespace espalier
