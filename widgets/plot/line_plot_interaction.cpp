// SPDX-License-Identifier: GPL-3.0-or-later
// What mouse and keyboard do to a LinePlot beyond the canvas's own zooming and panning.

#include "widgets/plot/canvas.h"
#include "widgets/plot/line_plot_private.h"
#include "widgets/plot/qcustomplot_include.h"

#include <QKeyEvent>

#include <algorithm>
#include <utility>

namespace espalier {
namespace {

constexpr double kKeyZoom = 0.8;

} // namespace

void LinePlot::Private::step(int direction)
{
    const auto visible = std::find_if(lines.begin(), lines.end(),
        [](const auto& line) { return line->visible && !line->store.series().x.empty(); });
    if (visible == lines.end())
        return;
    const LineStore& store = (*visible)->store;
    const QCPRange range = plot->xAxis->range();
    const std::size_t last = store.series().x.size() - 1;
    std::size_t at = store.nearest(hover.value_or(direction > 0 ? range.lower : range.upper));
    if (hover)
        at = direction > 0 ? std::min(at + 1, last) : at - std::min<std::size_t>(at, 1);
    hover = store.series().x[at];
    mouse = {};
    redrawLayer(*plot, layers::kOverlay);
    Q_EMIT q->xHovered(*hover);
}

void LinePlot::pointerMoved(QPointF position)
{
    d->mouse = position;
    const std::optional<double> x = plotArea(*canvas()).contains(position)
        ? d->nearestX(canvas()->xAxis->pixelToCoord(position.x()))
        : std::nullopt;
    if (!x) {
        pointerLeft();
        return;
    }
    const bool changed = d->hover != x;
    d->hover = x;
    redrawLayer(*canvas(), layers::kOverlay);
    if (changed)
        Q_EMIT xHovered(*x);
}

void LinePlot::pointerLeft()
{
    if (!std::exchange(d->hover, std::nullopt))
        return;
    redrawLayer(*canvas(), layers::kOverlay);
    Q_EMIT hoverEnded();
}

void LinePlot::pointerClicked(QPointF)
{
    if (!d->hover)
        return;
    d->pinned = d->pinned == d->hover ? std::nullopt : d->hover;
    redrawLayer(*canvas(), layers::kOverlay);
    Q_EMIT xClicked(*d->hover);
}

void LinePlot::keyPressEvent(QKeyEvent* event)
{
    const QCPRange range = canvas()->xAxis->range();
    switch (event->key()) {
    case Qt::Key_Left:
        d->step(-1);
        return;
    case Qt::Key_Right:
        d->step(1);
        return;
    case Qt::Key_Home:
        resetView();
        return;
    case Qt::Key_Escape:
        d->pinned.reset();
        pointerLeft();
        redrawLayer(*canvas(), layers::kOverlay);
        return;
    case Qt::Key_Return:
    case Qt::Key_Space:
        d->pinned = d->pinned ? std::nullopt : d->hover;
        redrawLayer(*canvas(), layers::kOverlay);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Minus:
        canvas()->xAxis->scaleRange(event->key() == Qt::Key_Plus ? kKeyZoom : 1 / kKeyZoom,
            d->hover.value_or(range.center()));
        redraw();
        return;
    default:
        PlotWidget::keyPressEvent(event);
    }
}

} // namespace espalier
