// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/line_plot_private.h"

#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/qcustomplot_include.h"

#include <algorithm>
#include <cmath>

namespace espalier {

std::vector<LineLabel> LinePlot::Private::labels() const
{
    std::vector<LineLabel> result;
    const double right = plot->xAxis->range().upper;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const LineStore& store = lines[i]->store;
        const std::size_t end = store.lastDrawable(right);
        if (!lines[i]->visible || store.series().x.empty())
            continue;
        LineLabel label{QString::fromStdString(store.series().title), store.series().role,
            laneOf(static_cast<int>(i)), -1.0, plotArea(*plot).bottom()};
        if (end > 0) {
            const std::vector<double>& shown = smoothing > 0 ? store.smooth() : store.series().y;
            label.x = plot->xAxis->coordToPixel(store.series().x[end - 1]);
            label.y = plot->yAxis->coordToPixel(shown[end - 1]);
        }
        result.push_back(std::move(label));
    }
    return result;
}

void LinePlot::Private::paintNotes(QPainter& painter) const
{
    if (q->isEmpty())
        return;
    const QRectF area = plotArea(*plot);
    const Theme& theme = q->theme();
    double top = 8;
    if (!meta.title.empty()) {
        painter.setFont(fonts::head());
        painter.setPen(theme.text);
        painter.drawText(QRectF(12, top, plot->width() - 24, 20), Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetricsF(fonts::head())
                .elidedText(
                    QString::fromStdString(meta.title), Qt::ElideRight, plot->width() - 24));
        top += 24;
    }
    paintReferences(painter);
    paintGaps(painter);
    if (usesLegend)
        layoutLegend(&painter, theme, {12, top}, plot->width() - 28, labels());
    else
        drawEndLabels(painter, theme, area, labels());
}

void LinePlot::Private::paintReferences(QPainter& painter) const
{
    const QRectF area = plotArea(*plot);
    const Theme& theme = q->theme();
    painter.setFont(fonts::axis());
    for (const ReferenceLine& reference : meta.references) {
        if (!plot->yAxis->range().contains(reference.value))
            continue;
        const double y = std::round(plot->yAxis->coordToPixel(reference.value)) + 0.5;
        const QColor colour = theme.colour(reference.role, 0);
        painter.setPen(QPen(colour, 1, Qt::DotLine));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        const double above = y - 4 < area.top() + 12 ? y + 14 : y - 4;
        drawHaloText(painter, theme, {area.left() + 8, above},
            QString::fromStdString(reference.label), colour);
    }
}

void LinePlot::Private::paintGaps(QPainter& painter) const
{
    const QRectF area = plotArea(*plot);
    painter.setPen(Qt::NoPen);
    painter.setBrush(q->theme().error);
    for (const auto& line : lines) {
        double lastPixel = -100;
        for (const LineGap& gap : line->store.gaps()) {
            const double x = plot->xAxis->coordToPixel(gap.x);
            if (!line->visible || x < area.left() - 0.5 || x > area.right() + 0.5
                || x - lastPixel < 2)
                continue;
            lastPixel = x;
            double y = std::isfinite(gap.y) ? plot->yAxis->coordToPixel(gap.y) : area.bottom();
            y = std::clamp(y, area.top() + 8, area.bottom());
            painter.drawPolygon(QPolygonF({{x, y - 8}, {x - 4.5, y}, {x + 4.5, y}}));
        }
    }
}

HoverCard LinePlot::Private::card(double x) const
{
    HoverCard result;
    result.heading = QString::fromStdString(meta.xTitle) + QLatin1Char(' ') + formatValue(x, 7);
    if (!meta.xUnit.empty())
        result.heading += QChar(QChar::Nbsp) + QString::fromStdString(meta.xUnit);
    struct Entry
    {
        double value;
        CardRow row;
    };
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Series& series = lines[i]->store.series();
        if (!lines[i]->visible || series.x.empty() || x < series.x.front() || x > series.x.back())
            continue;
        const std::size_t at = lines[i]->store.nearest(x);
        QString text = formatValue(series.y[at], 6);
        if (smoothing > 0)
            text = QCoreApplication::translate("espalier", "%1 (smoothed %2)")
                       .arg(text, formatValue(lines[i]->store.smooth()[at], 6));
        const std::string& unit = series.unit.empty() ? meta.yUnit : series.unit;
        if (!unit.empty())
            text += QChar(QChar::Nbsp) + QString::fromStdString(unit);
        entries.push_back({series.y[at],
            {q->theme().colour(series.role, laneOf(static_cast<int>(i))),
                QString::fromStdString(series.title), text}});
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.value > b.value || (!std::isnan(a.value) && std::isnan(b.value));
    });
    for (Entry& entry : entries)
        result.rows.push_back(std::move(entry.row));
    return result;
}

std::optional<double> LinePlot::Private::nearestX(double x) const
{
    std::optional<double> best;
    for (const auto& line : lines) {
        const std::vector<double>& xs = line->store.series().x;
        if (!line->visible || xs.empty())
            continue;
        const double candidate = xs[line->store.nearest(x)];
        if (!best || std::abs(candidate - x) < std::abs(*best - x))
            best = candidate;
    }
    return best;
}

void LinePlot::Private::paintOverlay(QPainter& painter) const
{
    const QRectF area = plotArea(*plot);
    const std::optional<double> at = pinned ? pinned : hover ? hover : cursor;
    if (!at || q->isEmpty() || !plot->xAxis->range().contains(*at))
        return;
    const Theme& theme = q->theme();
    const double x = std::round(plot->xAxis->coordToPixel(*at)) + 0.5;
    painter.setPen(QPen(theme.muted, 1, Qt::DashLine));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.save();
    painter.setClipRect(area);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const LineStore& store = lines[i]->store;
        if (!lines[i]->visible || store.series().x.empty() || *at < store.series().x.front()
            || *at > store.series().x.back())
            continue;
        const std::size_t point = store.nearest(*at);
        const double y = smoothing > 0 ? store.smooth()[point] : store.series().y[point];
        if (!store.isDrawable(y))
            continue;
        painter.setPen(QPen(theme.surface, 1.5));
        painter.setBrush(theme.colour(store.series().role, laneOf(static_cast<int>(i))));
        painter.drawEllipse(QPointF(plot->xAxis->coordToPixel(store.series().x[point]),
                                plot->yAxis->coordToPixel(y)),
            4, 4);
    }
    painter.restore();
    if (!pinned && !hover)
        return;
    HoverCard shown = card(*at);
    shown.pinned = pinned.has_value();
    const QPointF anchor(x, pinned || mouse.isNull() ? area.top() + 8 : mouse.y());
    drawHoverCard(painter, theme, QRectF(plot->viewport()).adjusted(4, 4, -4, -4), anchor, shown);
}

} // namespace espalier
