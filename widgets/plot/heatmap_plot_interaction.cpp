// SPDX-License-Identifier: GPL-3.0-or-later
// What mouse and keyboard do to a HeatmapPlot beyond the canvas's own zooming and panning.

#include "widgets/plot/canvas.h"
#include "widgets/plot/heatmap_plot_private.h"
#include "widgets/plot/qcustomplot_include.h"

#include <QKeyEvent>

#include <algorithm>
#include <utility>

namespace espalier {

void HeatmapPlot::Private::hoverCell(const Cell& cell)
{
    const bool changed = hover != cell;
    hover = cell;
    redrawLayer(*plot, layers::kOverlay);
    if (changed)
        Q_EMIT q->cellHovered(cell.row, cell.column);
}

void HeatmapPlot::Private::step(int rows, int columns)
{
    if (map->isEmpty())
        return;
    mouse = {};
    const CellWindow shown = window();
    int row = hover ? hover->row + rows : static_cast<int>(shown.firstRow);
    int place = hover ? placeOf(hover->column) + columns : static_cast<int>(shown.firstColumn);
    row = std::clamp(row, 0, static_cast<int>(map->rows) - 1);
    place = std::clamp(place, 0, static_cast<int>(map->columns) - 1);
    hoverCell({row, order->empty() ? place : (*order)[static_cast<std::size_t>(place)]});
}

void HeatmapPlot::pointerMoved(QPointF position)
{
    d->mouse = position;
    if (const std::optional<Cell> cell = d->cellAt(position))
        d->hoverCell(*cell);
    else
        pointerLeft();
}

void HeatmapPlot::pointerLeft()
{
    if (!d->hover)
        return;
    d->hover.reset();
    redrawLayer(*canvas(), layers::kOverlay);
    Q_EMIT hoverEnded();
}

void HeatmapPlot::pointerClicked(QPointF position)
{
    if (const std::optional<Cell> cell = d->cellAt(position))
        Q_EMIT cellClicked(cell->row, cell->column);
}

void HeatmapPlot::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        d->step(0, -1);
        return;
    case Qt::Key_Right:
        d->step(0, 1);
        return;
    case Qt::Key_Up:
        d->step(-1, 0);
        return;
    case Qt::Key_Down:
        d->step(1, 0);
        return;
    case Qt::Key_Home:
        resetView();
        return;
    case Qt::Key_Escape:
        pointerLeft();
        return;
    case Qt::Key_Return:
    case Qt::Key_Space:
        if (d->hover)
            Q_EMIT cellClicked(d->hover->row, d->hover->column);
        return;
    default:
        PlotWidget::keyPressEvent(event);
    }
}

} // namespace espalier
