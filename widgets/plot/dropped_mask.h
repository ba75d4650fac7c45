// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plot/heatmap_binning.h"
#include "widgets/theme/theme.h"

#include <QImage>
#include <QSize>

#include <span>
#include <vector>

namespace espalier {

/// Which cells a transfer leaves behind; an empty vector drops nothing.
struct DroppedMask
{
    std::vector<bool> columns;
    std::vector<bool> rows;
    std::vector<bool> cells; ///< row-major

    [[nodiscard]] bool isEmpty() const
    {
        return columns.empty() && rows.empty() && cells.empty();
    }
    [[nodiscard]] bool at(std::size_t row, std::size_t column, std::size_t columnCount) const;
    /// Forgets what does not fit this shape.
    void fit(std::size_t rowCount, std::size_t columnCount);
};

/// Share of dropped cells, in [0, 1], per pixel of a row of `width` pixels that shows `window`.
[[nodiscard]] std::vector<float> droppedShares(const DroppedMask& mask, std::size_t row,
    std::size_t columnCount, std::span<const int> order, const CellWindow& window,
    std::size_t width);

/// The veil over dropped cells: surface colour that hides them in proportion, hatched where most
/// are dropped. Cost: pixels plus visible cells; below 20 ms for a full screen.
[[nodiscard]] QImage veilImage(const DroppedMask& mask, std::size_t columnCount,
    std::span<const int> order, const CellWindow& window, QSize pixels, double devicePixelRatio,
    const Theme& theme);

} // namespace espalier
