// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/heatmap.h"
#include "widgets/plot/heatmap_plot.h"

#include <atomic>
#include <cstddef>
#include <span>
#include <vector>

namespace espalier {

/// Half-open range of cells in display order.
struct CellWindow
{
    std::size_t firstColumn = 0;
    std::size_t endColumn = 0;
    std::size_t firstRow = 0;
    std::size_t endRow = 0;

    [[nodiscard]] std::size_t columns() const
    {
        return endColumn - firstColumn;
    }
    [[nodiscard]] std::size_t rows() const
    {
        return endRow - firstRow;
    }

    bool operator==(const CellWindow&) const = default;
};

/// The cells of a window, brought down to at most one value per pixel.
struct BinnedMap
{
    CellWindow window;
    std::size_t width = 0; ///< bins per row
    std::size_t height = 0;
    std::vector<float> values; ///< row-major; NaN where a cell of the bin is NaN
    std::size_t nanBins = 0;

    [[nodiscard]] bool isBinned() const
    {
        return width < window.columns() || height < window.rows();
    }
};

/// What the whole map says, whatever is shown of it.
struct HeatmapStats
{
    double low = 0; ///< smallest finite value, 0 if there is none
    double high = 0;
    std::size_t nonFinite = 0;
    std::vector<float>
        columnMeans; ///< mean of |value| over the finite cells of a column; 0 without any
    std::vector<float> rowMeans;
};

[[nodiscard]] HeatmapStats heatmapStats(const Heatmap& map);

/// order: display place to column, empty for natural order. Infinite cells count as NaN.
/// Gives up early, with an unfinished picture, once `cancelled` is set.
[[nodiscard]] BinnedMap binHeatmap(const Heatmap& map, std::span<const int> order,
    const CellWindow& window, std::size_t maxWidth, std::size_t maxHeight, Binning binning,
    const std::atomic<bool>& cancelled);

/// Where bin `bin` of `bins` over `count` cells begins; bin `bins` begins at count.
[[nodiscard]] constexpr std::size_t binStart(std::size_t bin, std::size_t bins, std::size_t count)
{
    return bin * count / bins;
}

} // namespace espalier
