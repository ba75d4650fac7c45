// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/plot_marks.h"

#include "widgets/plot/canvas.h"
#include "widgets/plot/qcustomplot_include.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <vector>

namespace espalier {
namespace {

constexpr double kGap = 8; ///< between a name and the ends of its line
constexpr double kAbove = 4; ///< between a name and its line

} // namespace

NamePlace placeName(
    const QRectF& area, double y, QSizeF size, const std::function<bool(const QRectF&)>& isCovered)
{
    const double room = area.width() - size.width() - 2 * kGap;
    const double tops[] = {y - kAbove - size.height(), y + kAbove - 1};
    NamePlace first;
    for (const double share : {1.0, 0.75, 0.5, 0.25, 0.0}) {
        for (const double top : tops) {
            if (top < area.top() - 1 || top + size.height() > area.bottom() + 1)
                continue;
            const QRectF place(QPointF(area.left() + kGap + share * room, top), size);
            if (room > 0 && !isCovered(place))
                return {place, false};
            if (first.rect.isNull())
                first = {place, true};
        }
    }
    return first;
}

QString shortenedTitle(const QString& title, const QFontMetricsF& metrics, double length)
{
    const QChar space = QLatin1Char(' ');
    QString rest = title;
    while (metrics.horizontalAdvance(rest) > length) {
        const QString shorter = rest.mid(rest.indexOf(space) + 1);
        if (shorter == rest || shorter.startsWith(QLatin1Char('(')))
            break;
        rest = shorter;
    }
    return rest;
}

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
    const auto pixelOf = [&](const ReferenceLine& reference) {
        return std::round(plot.yAxis->coordToPixel(reference.value)) + 0.5;
    };
    std::vector<QRectF> taken; // by the lines and by the names before
    for (const ReferenceLine& reference : references) {
        if (!plot.yAxis->range().contains(reference.value))
            continue;
        const double y = pixelOf(reference);
        painter.setPen(QPen(theme.colour(reference.role, 0), 1, Qt::DotLine));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        taken.emplace_back(area.left(), y - 0.5, area.width(), 1);
    }
    const auto isTaken = [&](const QRectF& place) {
        return isCovered(place)
            || std::any_of(taken.begin(), taken.end(),
                [&](const QRectF& other) { return other.intersects(place); });
    };
    painter.setFont(fonts::axis());
    for (const ReferenceLine& reference : references) {
        if (!plot.yAxis->range().contains(reference.value))
            continue;
        const QString label = QString::fromStdString(reference.label);
        const QSizeF size(metrics.horizontalAdvance(label), metrics.height());
        const auto [place, covers] = placeName(area, pixelOf(reference), size, isTaken);
        if (place.isNull())
            continue;
        taken.push_back(place);
        if (covers)
            painter.fillRect(place.adjusted(-kAbove, 0, kAbove, 0), theme.surface);
        drawHaloText(painter, theme, {place.left(), place.top() + metrics.ascent()}, label,
            theme.colour(reference.role, 0));
    }
}

void drawCardOn(QPainter& painter, const Theme& theme, const QCustomPlot& plot, QPointF anchor,
    const HoverCard& card)
{
    drawHoverCard(painter, theme, QRectF(plot.viewport()).adjusted(4, 4, -4, -4), anchor, card);
}

} // namespace espalier
