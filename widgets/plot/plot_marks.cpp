// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/plot_marks.h"

#include "widgets/plot/canvas.h"
#include "widgets/plot/qcustomplot_include.h"

#include <QFontMetricsF>

#include <cmath>

namespace espalier {
namespace {

constexpr double kGap = 8; ///< between a name and the ends of its line
constexpr double kAbove = 4; ///< between a name and its line

/// Where the name of a line at height `y` may stand: above and below it, from left to right.
QRectF freePlace(
    const QRectF& area, double y, QSizeF size, const std::function<bool(const QRectF&)>& isCovered)
{
    const double room = area.width() - size.width() - 2 * kGap;
    const double tops[] = {y - kAbove - size.height(), y + kAbove - 1};
    QRectF first;
    for (const double share : {0.0, 1.0, 0.5, 0.25, 0.75}) {
        for (const double top : tops) {
            if (top < area.top() - 1 || top + size.height() > area.bottom() + 1)
                continue;
            const QRectF place(QPointF(area.left() + kGap + share * room, top), size);
            if (first.isNull())
                first = place;
            if (room > 0 && !isCovered(place))
                return place;
        }
    }
    return first;
}

} // namespace

double drawPlotTitle(
    QPainter& painter, const Theme& theme, const QCustomPlot& plot, const std::string& title)
{
    const double top = kGap;
    if (title.empty())
        return top;
    const double width = plot.width() - 2 * kPlotMargins.left();
    painter.setFont(fonts::head());
    painter.setPen(theme.text);
    painter.drawText(QRectF(kPlotMargins.left(), top, width, kPlotTitleHeight - 4),
        Qt::AlignLeft | Qt::AlignVCenter,
        QFontMetricsF(fonts::head())
            .elidedText(QString::fromStdString(title), Qt::ElideRight, width));
    return top + kPlotTitleHeight;
}

void drawReferences(QPainter& painter, const Theme& theme, const QCustomPlot& plot,
    std::span<const ReferenceLine> references, const std::function<bool(const QRectF&)>& isCovered)
{
    const QRectF area = plotArea(plot);
    const QFontMetricsF metrics(fonts::axis());
    painter.setFont(fonts::axis());
    for (const ReferenceLine& reference : references) {
        if (!plot.yAxis->range().contains(reference.value))
            continue;
        const double y = std::round(plot.yAxis->coordToPixel(reference.value)) + 0.5;
        const QColor colour = theme.colour(reference.role, 0);
        painter.setPen(QPen(colour, 1, Qt::DotLine));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        const QString label = QString::fromStdString(reference.label);
        const QSizeF size(metrics.horizontalAdvance(label), metrics.height());
        const QRectF place = freePlace(area, y, size, isCovered);
        if (!place.isNull())
            drawHaloText(
                painter, theme, {place.left(), place.top() + metrics.ascent()}, label, colour);
    }
}

void drawCardOn(QPainter& painter, const Theme& theme, const QCustomPlot& plot, QPointF anchor,
    const HoverCard& card)
{
    drawHoverCard(painter, theme, QRectF(plot.viewport()).adjusted(4, 4, -4, -4), anchor, card);
}

} // namespace espalier
