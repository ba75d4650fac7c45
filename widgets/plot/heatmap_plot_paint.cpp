// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/heatmap_plot_private.h"

#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/plot_marks.h"
#include "widgets/plot/qcustomplot_include.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr double kStrip = 32; ///< length of the marginal's longest bar
constexpr double kStripGap = 4;
constexpr double kBarWidth = 10; ///< of the colour bar
constexpr std::size_t kMostHatchedCells = 4000;
constexpr double kHatchFrom = 5; ///< pixels per cell

} // namespace

QRectF HeatmapPlot::Private::pixelRect(const CellWindow& cells) const
{
    const auto x = [this](std::size_t cell) {
        return plot->xAxis->coordToPixel(static_cast<double>(cell) - 0.5);
    };
    const auto y = [this](std::size_t cell) {
        return plot->yAxis->coordToPixel(static_cast<double>(cell) - 0.5);
    };
    return QRectF(QPointF(x(cells.firstColumn), y(cells.firstRow)),
        QPointF(x(cells.endColumn), y(cells.endRow)));
}

QRectF HeatmapPlot::Private::marginalArea() const
{
    const QRectF area = plotArea(*plot);
    if (marginal == Marginal::Columns)
        return {area.left(), area.top() - kStripGap - kStrip, area.width(), kStrip};
    return {area.right() + 1 + kStripGap, area.top(), kStrip, area.height()};
}

void HeatmapPlot::Private::paintMap(QPainter& painter) const
{
    if (map->isEmpty() || image.isNull())
        return;
    const QRectF area = plotArea(*plot).adjusted(0, 0, 1, 1);
    painter.setClipRect(area);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.drawImage(pixelRect(binned.window), image);
    if (binned.nanBins == 0 || binned.nanBins > kMostHatchedCells || binned.isBinned())
        return;
    const QRectF cell = pixelRect({0, 1, 0, 1});
    if (cell.width() < kHatchFrom || cell.height() < kHatchFrom)
        return;
    QBrush hatch(q->theme().surface, Qt::BDiagPattern);
    for (std::size_t y = 0; y < binned.height; ++y) {
        for (std::size_t x = 0; x < binned.width; ++x) {
            const std::size_t column = binned.window.firstColumn + x;
            const std::size_t row = binned.window.firstRow + y;
            if (std::isnan(binned.values[y * binned.width + x]))
                painter.fillRect(pixelRect({column, column + 1, row, row + 1}), hatch);
        }
    }
}

void HeatmapPlot::Private::paintNotes(QPainter& painter) const
{
    if (map->isEmpty())
        return;
    drawPlotTitle(painter, q->theme(), *plot, map->title);
    QPen frame(q->theme().line, 1);
    frame.setCosmetic(true);
    painter.setPen(frame);
    painter.setBrush(Qt::NoBrush);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.drawRect(plotArea(*plot));
    if (showColourBar && stats)
        paintColourBar(painter);
}

void HeatmapPlot::Private::paintColourBar(QPainter& painter) const
{
    const Theme& theme = q->theme();
    const QRectF area = plotArea(*plot);
    const double offset = marginal == Marginal::Rows ? kStrip + 2 * kStripGap : 0;
    const QRectF bar(area.right() + 12 + offset, area.top(), kBarWidth, area.height());
    const ColourTable table = colourTable(theme, map->isSigned);
    QImage gradient(1, static_cast<int>(table.size()), QImage::Format_RGB32);
    for (std::size_t i = 0; i < table.size(); ++i)
        gradient.setPixel(0, static_cast<int>(table.size() - 1 - i), table[i]);
    painter.drawImage(bar, gradient);
    painter.drawRect(bar);

    const ValueScale values = scale();
    const std::vector<double> ticks =
        values.ticks(std::clamp(static_cast<int>(bar.height() / 40), 2, 5));
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
    painter.setFont(fonts::axis());
    const double half = QFontMetricsF(fonts::axis()).height() / 2;
    for (const double tick : ticks) {
        const double y = bar.bottom() - values.position(tick) * bar.height();
        painter.setPen(theme.line);
        painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y));
        painter.setPen(theme.muted);
        painter.drawText(QRectF(bar.right() + 6, y - half, 44, 2 * half),
            Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
            values.kind == ColourScale::Linear ? formatTick(tick, step) : formatValue(tick, 2));
    }
    const QString title =
        titleWithUnit(QString::fromStdString(map->valueTitle), QString::fromStdString(map->unit));
    painter.save();
    painter.translate(plot->width() - 8, bar.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-bar.height() / 2, -2 * half, bar.height(), 2 * half), Qt::AlignCenter,
        QFontMetricsF(fonts::axis()).elidedText(title, Qt::ElideRight, bar.height()));
    painter.restore();
    if (stats->nonFinite > 0) {
        const QRectF swatch(bar.left(), bar.bottom() + 8, kBarWidth, kBarWidth);
        painter.fillRect(swatch, theme.notANumber);
        painter.setPen(theme.muted);
        painter.drawText(QRectF(bar.right() + 6, swatch.center().y() - half, 60, 2 * half),
            Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("NaN"));
    }
}

void HeatmapPlot::Private::paintVeil(QPainter& painter) const
{
    if (map->isEmpty())
        return;
    const QRectF area = plotArea(*plot).adjusted(0, 0, 1, 1);
    if (!veil.isNull()) {
        painter.save();
        painter.setClipRect(area);
        painter.drawImage(pixelRect(veilWindow), veil);
        painter.restore();
    }
    if (!stats)
        return;
    if (marginal == Marginal::Columns)
        paintColumnMarginal(painter);
    else if (marginal == Marginal::Rows)
        paintRowMarginal(painter);
}

void HeatmapPlot::Private::paintColumnMarginal(QPainter& painter) const
{
    const QRectF strip = marginalArea();
    const CellWindow shown = window();
    if (shown.columns() == 0 || strip.width() < 1)
        return; // a widget that was not laid out yet has no room at all
    const auto width = static_cast<std::size_t>(
        std::min<double>(strip.width(), static_cast<double>(shown.columns())));
    const auto column = [this](std::size_t place) {
        return order->empty() ? place : static_cast<std::size_t>((*order)[place]);
    };
    const float top = *std::max_element(stats->columnMeans.begin(), stats->columnMeans.end());
    const Theme& theme = q->theme();
    const QColor kept = theme.parent;
    const QColor left = theme.faint(theme.muted, 0.45);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setClipRect(strip.adjusted(0, 0, 1, 1));
    for (std::size_t bin = 0; bin < width; ++bin) {
        const std::size_t first = shown.firstColumn + binStart(bin, width, shown.columns());
        const std::size_t end = shown.firstColumn + binStart(bin + 1, width, shown.columns());
        float mean = 0;
        std::size_t droppedColumns = 0;
        for (std::size_t place = first; place < end; ++place) {
            mean = std::max(mean, stats->columnMeans[column(place)]);
            droppedColumns += !dropped.columns.empty() && dropped.columns[column(place)] ? 1U : 0U;
        }
        const double height = top > 0 ? strip.height() * static_cast<double>(mean / top) : 0;
        QRectF bar = pixelRect({first, end, 0, 1});
        bar = QRectF(bar.left(), strip.bottom() - height,
            bar.width() > 4 ? bar.width() - 1 : bar.width(), height);
        painter.fillRect(bar, 2 * droppedColumns > end - first ? left : kept);
    }
    painter.setClipping(false);
    painter.setFont(fonts::axis());
    painter.setPen(theme.muted);
    painter.drawText(
        QRectF(strip.right() + 8, strip.top(), plot->width() - strip.right() - 10, strip.height()),
        Qt::AlignLeft | Qt::AlignVCenter,
        HeatmapPlot::tr("mean |x|\nto %1").arg(formatValue(static_cast<double>(top), 3)));
}

void HeatmapPlot::Private::paintRowMarginal(QPainter& painter) const
{
    const QRectF strip = marginalArea();
    const CellWindow shown = window();
    const float top = *std::max_element(stats->rowMeans.begin(), stats->rowMeans.end());
    if (!(top > 0) || strip.height() < 1)
        return;
    const Theme& theme = q->theme();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setClipRect(strip.adjusted(0, 0, 1, 1));
    for (std::size_t row = shown.firstRow; row < shown.endRow; ++row) {
        const QRectF cells = pixelRect({0, 1, row, row + 1});
        const double length = strip.width() * static_cast<double>(stats->rowMeans[row] / top);
        const bool isDropped = !dropped.rows.empty() && dropped.rows[row];
        painter.fillRect(QRectF(strip.left(), cells.top(), length,
                             cells.height() > 4 ? cells.height() - 1 : cells.height()),
            isDropped ? theme.faint(theme.muted, 0.45) : theme.parent);
    }
    painter.setClipping(false);
}

HoverCard HeatmapPlot::Private::card(const Cell& cell) const
{
    const auto row = static_cast<std::size_t>(cell.row);
    const auto column = static_cast<std::size_t>(cell.column);
    const auto name = [](const std::string& title, const std::vector<std::string>& labels,
                          int index) {
        const auto at = static_cast<std::size_t>(index);
        const QString number =
            at < labels.size() ? QString::fromStdString(labels[at]) : formatCount(index);
        return title.empty() ? number
                             : QString(QString::fromStdString(title) + QLatin1Char(' ') + number);
    };
    HoverCard result;
    result.heading = name(map->rowTitle, map->rowLabels, cell.row) + QStringLiteral(", ")
        + name(map->columnTitle, map->columnLabels, cell.column);
    const double value = static_cast<double>(map->at(row, column));
    QString text = formatValue(value, 6);
    if (!map->unit.empty() && std::isfinite(value))
        text += QChar(QChar::Nbsp) + QString::fromStdString(map->unit);
    const double position = scale().position(value);
    const QColor colour = std::isnan(position)
        ? q->theme().notANumber
        : QColor(colourTable(
            q->theme(), map->isSigned)[static_cast<std::size_t>(std::lround(position * 255))]);
    const QString title = map->valueTitle.empty() ? HeatmapPlot::tr("value")
                                                  : QString::fromStdString(map->valueTitle);
    result.rows.push_back({colour, title, text});
    if (dropped.at(row, column, map->columns))
        result.rows.push_back({q->theme().muted, HeatmapPlot::tr("dropped"), {}});
    return result;
}

void HeatmapPlot::Private::frameCells(
    QPainter& painter, const QRectF& cells, const QColor& colour) const
{
    QRectF frame = cells.normalized();
    if (frame.width() < 3)
        frame = QRectF(frame.center().x() - 1.5, frame.top(), 3, frame.height());
    if (frame.height() < 3)
        frame = QRectF(frame.left(), frame.center().y() - 1.5, frame.width(), 3);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(q->theme().surface, 3));
    painter.drawRect(frame);
    painter.setPen(QPen(colour, 1.5));
    painter.drawRect(frame);
}

void HeatmapPlot::Private::paintOverlay(QPainter& painter) const
{
    if (map->isEmpty())
        return;
    const Theme& theme = q->theme();
    const QRectF area = plotArea(*plot);
    painter.save();
    painter.setClipRect(area.adjusted(-2, -2, 3, 3));
    const CellWindow shown = window();
    if (highlightedRow >= 0 && static_cast<std::size_t>(highlightedRow) < map->rows) {
        const auto row = static_cast<std::size_t>(highlightedRow);
        frameCells(
            painter, pixelRect({shown.firstColumn, shown.endColumn, row, row + 1}), theme.accent);
    }
    if (highlightedColumn >= 0 && static_cast<std::size_t>(highlightedColumn) < map->columns) {
        const auto place = static_cast<std::size_t>(placeOf(highlightedColumn));
        frameCells(
            painter, pixelRect({place, place + 1, shown.firstRow, shown.endRow}), theme.accent);
    }
    if (hover) {
        const auto place = static_cast<std::size_t>(placeOf(hover->column));
        const auto row = static_cast<std::size_t>(hover->row);
        frameCells(painter, pixelRect({place, place + 1, row, row + 1}), theme.text);
    }
    painter.restore();
    if (!hover)
        return;
    const auto place = static_cast<std::size_t>(placeOf(hover->column));
    const auto row = static_cast<std::size_t>(hover->row);
    const QPointF anchor =
        mouse.isNull() ? pixelRect({place, place + 1, row, row + 1}).center() : mouse;
    drawCardOn(painter, theme, *plot, anchor, card(*hover));
}

} // namespace espalier
