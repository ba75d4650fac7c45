// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plot/colour_map.h"
#include "widgets/plot/dropped_mask.h"
#include "widgets/plot/heatmap_binning.h"
#include "widgets/plot/heatmap_plot.h"
#include "widgets/plot/hover_card.h"

#include <QFutureWatcher>
#include <QImage>

#include <atomic>
#include <memory>
#include <optional>

namespace espalier {

struct Cell
{
    int row = 0;
    int column = 0;

    bool operator==(const Cell&) const = default;
};

/// What a background job brings back.
struct HeatmapJobResult
{
    BinnedMap binned;
    std::shared_ptr<const HeatmapStats> stats;
};

struct HeatmapPlot::Private
{
    explicit Private(HeatmapPlot* owner);

    // Making the picture (heatmap_plot_data.cpp)
    [[nodiscard]] CellWindow window() const; ///< cells that the axes show
    [[nodiscard]] QSize devicePixels() const; ///< of the plot area
    void
    prepare(); ///< once a replot knows its layout: a plot that was never shown has no size before
    void setMargins();
    void startJob(const CellWindow& wanted, QSize size);
    void takeResult(HeatmapJobResult result);
    void colourIn();
    void fitVeil();
    [[nodiscard]] ValueScale scale() const;
    void dataArrived();
    void cancelJob();
    void setXLabel();

    // Painting (heatmap_plot_paint.cpp)
    void paintMap(QPainter& painter) const;
    void paintNotes(QPainter& painter) const;
    void paintColourBar(QPainter& painter) const;
    void paintVeil(QPainter& painter) const;
    void paintColumnMarginal(QPainter& painter) const;
    void paintRowMarginal(QPainter& painter) const;
    void paintOverlay(QPainter& painter) const;
    void frameCells(QPainter& painter, const QRectF& cells, const QColor& colour) const;
    [[nodiscard]] QRectF pixelRect(const CellWindow& cells) const;
    [[nodiscard]] QRectF marginalArea() const;
    [[nodiscard]] HoverCard card(const Cell& cell) const;

    // Interaction (heatmap_plot.cpp, heatmap_plot_interaction.cpp)
    [[nodiscard]] std::optional<Cell> cellAt(QPointF position) const;
    [[nodiscard]] int placeOf(int column) const;
    void hoverCell(const Cell& cell);
    void step(int rows, int columns);
    void keepInside();
    void masksChanged();

    HeatmapPlot* q;
    QCustomPlot* plot;
    std::shared_ptr<const Heatmap> map = std::make_shared<Heatmap>();
    std::shared_ptr<const HeatmapStats> stats; ///< null until known
    std::shared_ptr<const std::vector<int>> order = std::make_shared<std::vector<int>>();
    std::vector<int> places; ///< inverse of order
    std::optional<std::pair<double, double>> fixedRange;
    ColourScale scaleKind = ColourScale::Linear;
    Binning binning = Binning::MaxAbs;
    Marginal marginal = Marginal::None;
    bool showColourBar = true;
    QString note;
    bool keepingInside = false;

    BinnedMap binned;
    QImage image;
    CellWindow askedWindow;
    QSize askedSize;
    bool stale = true; ///< data, order or binning changed since the last job
    QFutureWatcher<HeatmapJobResult> watcher;
    std::shared_ptr<std::atomic<bool>> jobCancelled;

    DroppedMask dropped;
    QImage veil;
    CellWindow veilWindow;
    bool veilDirty = true;

    int highlightedRow = -1;
    int highlightedColumn = -1;
    std::optional<Cell> hover;
    QPointF mouse;
};

} // namespace espalier
