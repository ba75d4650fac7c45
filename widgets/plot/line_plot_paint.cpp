// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/line_plot_private.h"

#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/dense_lines.h"
#include "widgets/plot/plot_marks.h"
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
    const double top = drawPlotTitle(painter, theme, *plot, meta.title);
    drawReferences(painter, theme, *plot, meta.references,
        [this](const QRectF& place) { return linesCross(place.adjusted(-2, -2, 2, 2)); });
    paintGaps(painter);
    if (usesLegend)
        layoutLegend(&painter, theme, {12, top}, plot->width() - 28, labels());
    else
        drawEndLabels(painter, theme, area, labels());
}

bool LinePlot::Private::linesCross(const QRectF& place) const
{
    const auto crosses = [&](const XYData& data) {
        QPointF before;
        bool isRunning = false;
        for (std::size_t i = 0; i < data.x.size(); ++i) {
            const QPointF now(
                plot->xAxis->coordToPixel(data.x[i]), plot->yAxis->coordToPixel(data.y[i]));
            if (!isRunning)
                before = now;
            if (now.x() >= place.left() && before.x() <= place.right()
                && std::max(before.y(), now.y()) >= place.top()
                && std::min(before.y(), now.y()) <= place.bottom())
                return true;
            before = now;
            isRunning = std::isfinite(data.y[i]);
        }
        return false;
    };
    // What is faint may run under a name; what it is smoothed to may not.
    return std::any_of(lines.begin(), lines.end(),
        [&](const auto& line) { return line->visible && crosses(line->shown); });
}

namespace {

std::vector<QPointF> pixelsOf(
    const QCustomPlot& plot, const XYData& data, QPointF origin, double ratio)
{
    std::vector<QPointF> points;
    points.reserve(data.x.size());
    for (std::size_t i = 0; i < data.x.size(); ++i)
        points.push_back(
            (QPointF(plot.xAxis->coordToPixel(data.x[i]), plot.yAxis->coordToPixel(data.y[i]))
                - origin)
            * ratio);
    return points;
}

void drawRuns(QPainter& painter, std::span<const QPointF> points)
{
    QPolygonF run;
    const auto finish = [&] {
        painter.drawPolyline(run);
        run.clear();
    };
    for (const QPointF& point : points) {
        if (std::isfinite(point.y()))
            run << point;
        else
            finish();
    }
    finish();
}

} // namespace

void LinePlot::Private::paintDense(QPainter& painter) const
{
    struct Dense
    {
        const XYData* data;
        QColor colour;
    };
    std::vector<Dense> dense;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i]->visible && lines[i]->faintIsDense)
            dense.push_back({&lines[i]->shownFaint, faintColour(*lines[i], static_cast<int>(i))});
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i]->visible && lines[i]->isDense)
            dense.push_back({&lines[i]->shown,
                q->theme().colour(lines[i]->store.series().role, laneOf(static_cast<int>(i)))});
    const QRectF area = plotArea(*plot).adjusted(0, 0, 1, 1);
    if (dense.empty() || area.isEmpty())
        return;
    painter.setClipRect(area);
    // Everything on a canvas is painted by a QCPPainter; only pictures to save are not cached.
    if (static_cast<QCPPainter&>(painter).modes().testFlag(QCPPainter::pmNoCaching)) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        for (const Dense& line : dense) {
            painter.setPen(QPen(line.colour, 1));
            drawRuns(painter, pixelsOf(*plot, *line.data, {}, 1));
        }
        return;
    }
    const double ratio = plot->devicePixelRatioF();
    DenseLines raster(
        static_cast<int>(area.width() * ratio), static_cast<int>(area.height() * ratio));
    for (const Dense& line : dense)
        raster.add(pixelsOf(*plot, *line.data, area.topLeft(), ratio), line.colour.rgb());
    QImage image = raster.image();
    image.setDevicePixelRatio(ratio);
    painter.drawImage(area.topLeft(), image);
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
    drawCardOn(painter, theme, *plot, anchor, shown);
}

} // namespace espalier
