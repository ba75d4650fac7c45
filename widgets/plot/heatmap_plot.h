// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/heatmap.h"
#include "widgets/plot/plot_widget.h"

#include <memory>
#include <vector>

namespace espalier {

enum class ColourScale
{
    Linear,
    Logarithmic,
    SymmetricLog
};
/// How several cells become one pixel: the value that is largest in size, or the mean of the finite
/// ones.
enum class Binning
{
    MaxAbs,
    Mean
};
enum class Marginal
{
    None,
    Columns,
    Rows
};

/// A matrix as colours, up to 10^5 columns: viridis, or blue-neutral-red about zero for signed
/// values; NaN magenta.
///
/// Wheel zooms at the cursor, drag pans, shift-drag boxes, double click or Home resets; arrow keys
/// move the hovered cell. Rows and columns in the API are always those of the Heatmap, whatever the
/// display order.
class HeatmapPlot : public PlotWidget
{
    Q_OBJECT
public:
    explicit HeatmapPlot(QWidget* parent = nullptr);
    ~HeatmapPlot() override;

    /// Keeps the zoom if the shape stays, and the order, dropped cells and highlight that still
    /// fit.
    void setHeatmap(Heatmap map);
    [[nodiscard]] const Heatmap& heatmap() const;

    /// Colours span [low, high] instead of the data's own range; for plots that share a colour bar.
    void setValueRange(double low, double high);
    void clearValueRange();
    void setColourScale(ColourScale scale);
    void setBinning(Binning binning);
    /// A strip of bars with the mean of |value| per column (above the map) or per row (right of
    /// it).
    void setMarginal(Marginal marginal);
    void setColourBarVisible(bool visible);
    static constexpr int kColourBarWidth = 76; ///< with its numbers
    /// Words behind the title of the lower axis, e.g. what the hatching means.
    void setNote(const QString& note);
    /// order[p] is the column drawn at place p: a permutation of the columns; empty: natural order.
    void setColumnOrder(std::vector<int> order);

    /// Marks what a transfer leaves behind with a hatched veil; the map's own picture is not
    /// rebuilt. One flag per column / row / cell (row-major); empty: nothing dropped. They add up.
    void setDroppedColumns(std::vector<bool> columns);
    void setDroppedRows(std::vector<bool> rows);
    void setDroppedCells(std::vector<bool> cells);
    [[nodiscard]] bool isDropped(int row, int column) const;

    /// Frames a row or column that is hovered or picked elsewhere; -1: none.
    void setHighlightedRow(int row);
    void setHighlightedColumn(int column);

    /// The hover card's lines: where, exact value, whether it is dropped.
    [[nodiscard]] QStringList hoverLines(int row, int column) const;
    /// What is written under the map if a pixel holds several cells, else empty.
    [[nodiscard]] QString binningNote() const;
    /// Whether the picture belongs to the current data and zoom (false while it is made in the
    /// background).
    [[nodiscard]] bool isUpToDate() const;

    [[nodiscard]] std::string csv() const override;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] bool isEmpty() const override;

public Q_SLOTS:
    void resetView() override;

Q_SIGNALS:
    void cellHovered(int row, int column);
    void hoverEnded();
    void cellClicked(int row, int column);

protected:
    void recolour() override;
    void pointerMoved(QPointF position) override;
    void pointerLeft() override;
    void pointerClicked(QPointF position) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace espalier
