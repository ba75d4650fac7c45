// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/heatmap_plot.h"

#include "core/base/expect.h"
#include "core/report/csv.h"
#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/heatmap_plot_private.h"
#include "widgets/plot/qcustomplot_include.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr double kFewestCells = 2; ///< along an axis, when zoomed in fully

QString labelOf(const std::vector<std::string>& labels, int index)
{
    const auto at = static_cast<std::size_t>(index);
    return at < labels.size() ? QString::fromStdString(labels[at]) : formatCount(index);
}

QCPRange inside(QCPRange range, std::size_t cells)
{
    const double count = static_cast<double>(cells);
    if (range.lower >= -0.5 && range.upper <= count - 0.5
        && range.size() >= std::min(kFewestCells, count))
        return range;
    const double size = std::clamp(range.size(), std::min(kFewestCells, count), count);
    const double lower = std::clamp(range.center() - size / 2, -0.5, count - 0.5 - size);
    return {lower, lower + size};
}

} // namespace

HeatmapPlot::Private::Private(HeatmapPlot* owner)
    : q(owner)
    , plot(owner->canvas())
{
    enableNavigation(*plot);
    addBufferedLayer(*plot, layers::kVeil, layers::kMain);
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis})
        axis->grid()->setVisible(false);
    plot->yAxis->setRangeReversed(true);
    addPainter(*plot, layers::kMain, [this](QPainter& painter) { paintMap(painter); });
    addPainter(*plot, layers::kVeil, [this](QPainter& painter) {
        if (veilDirty)
            fitVeil();
        paintVeil(painter);
    });
    addPainter(*plot, layers::kNotes, [this](QPainter& painter) { paintNotes(painter); });
    addPainter(*plot, layers::kOverlay, [this](QPainter& painter) { paintOverlay(painter); });
    QObject::connect(plot, &QCustomPlot::beforeReplot, q, [this] { setMargins(); });
    QObject::connect(plot, &QCustomPlot::afterLayout, q, [this] { prepare(); });
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis})
        QObject::connect(
            axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), q, [this] { keepInside(); });
    QObject::connect(&watcher, &QFutureWatcher<HeatmapJobResult>::finished, q, [this] {
        if (watcher.future().resultCount() == 0)
            return;
        takeResult(watcher.result());
        q->redraw();
    });
}

void HeatmapPlot::Private::keepInside()
{
    if (map->isEmpty() || keepingInside)
        return;
    keepingInside = true; // rounding must not make two corrections chase each other
    plot->xAxis->setRange(inside(plot->xAxis->range(), map->columns));
    plot->yAxis->setRange(inside(plot->yAxis->range(), map->rows));
    keepingInside = false;
}

std::optional<Cell> HeatmapPlot::Private::cellAt(QPointF position) const
{
    if (map->isEmpty() || !plotArea(*plot).adjusted(0, 0, 1, 1).contains(position))
        return std::nullopt;
    const double place = std::floor(plot->xAxis->pixelToCoord(position.x()) + 0.5);
    const double row = std::floor(plot->yAxis->pixelToCoord(position.y()) + 0.5);
    if (place < 0 || row < 0 || place >= static_cast<double>(map->columns)
        || row >= static_cast<double>(map->rows))
        return std::nullopt;
    const auto at = static_cast<std::size_t>(place);
    return Cell{static_cast<int>(row), order->empty() ? static_cast<int>(at) : (*order)[at]};
}

int HeatmapPlot::Private::placeOf(int column) const
{
    return places.empty() ? column : places[static_cast<std::size_t>(column)];
}

void HeatmapPlot::Private::masksChanged()
{
    dropped.fit(map->rows, map->columns);
    veilDirty = true;
    redrawLayer(*plot, layers::kVeil);
}

HeatmapPlot::HeatmapPlot(QWidget* parent)
    : PlotWidget(parent)
    , d(std::make_unique<Private>(this))
{
    dataChanged();
}

HeatmapPlot::~HeatmapPlot()
{
    d->cancelJob();
    closeCanvas(); // its painters use d
}

void HeatmapPlot::setHeatmap(Heatmap map)
{
    ESPALIER_EXPECT(
        map.values.size() == map.rows * map.columns, "a heatmap has rows x columns values");
    const bool sameShape = map.rows == d->map->rows && map.columns == d->map->columns;
    d->cancelJob();
    d->watcher.setFuture({}); // a picture of the old map must not arrive
    d->map = std::make_shared<const Heatmap>(std::move(map));
    d->stats.reset();
    d->stale = true;
    if (!sameShape) {
        d->order = std::make_shared<const std::vector<int>>();
        d->places.clear();
        d->hover.reset();
        d->image = {};
    }
    d->dropped.fit(d->map->rows, d->map->columns);
    d->veilDirty = true;
    const Heatmap& now = *d->map;
    setAxisLabels(
        *canvas()->yAxis, [shared = d->map](int row) { return labelOf(shared->rowLabels, row); },
        static_cast<int>(now.rows));
    setAxisLabels(
        *canvas()->xAxis,
        [this](int place) {
            const auto at = static_cast<std::size_t>(place);
            return labelOf(d->map->columnLabels, d->order->empty() ? place : (*d->order)[at]);
        },
        static_cast<int>(now.columns));
    canvas()->yAxis->setLabel(QString::fromStdString(now.rowTitle));
    if (const std::string& name = now.title.empty() ? now.valueTitle : now.title; !name.empty())
        setAccessibleName(QString::fromStdString(name)); // else what the view called it
    if (!sameShape)
        resetView();
    dataChanged();
}

const Heatmap& HeatmapPlot::heatmap() const
{
    return *d->map;
}

void HeatmapPlot::setValueRange(double low, double high)
{
    d->fixedRange = std::pair(low, high);
    recolour();
    redraw();
}

void HeatmapPlot::clearValueRange()
{
    d->fixedRange.reset();
    recolour();
    redraw();
}

void HeatmapPlot::setColourScale(ColourScale scale)
{
    d->scaleKind = scale;
    recolour();
    redraw();
}

void HeatmapPlot::setBinning(Binning binning)
{
    d->binning = binning;
    d->stale = true;
    redraw();
}

void HeatmapPlot::setMarginal(Marginal marginal)
{
    d->marginal = marginal;
    redraw();
}

void HeatmapPlot::setColourBarVisible(bool visible)
{
    d->showColourBar = visible;
    redraw();
}

void HeatmapPlot::setNote(const QString& note)
{
    d->note = note;
    redraw();
}

void HeatmapPlot::setColumnOrder(std::vector<int> order)
{
    ESPALIER_EXPECT(
        order.empty() || order.size() == d->map->columns, "an order names every column once");
    d->places.assign(order.size(), 0);
    for (std::size_t place = 0; place < order.size(); ++place)
        d->places[static_cast<std::size_t>(order[place])] = static_cast<int>(place);
    d->order = std::make_shared<const std::vector<int>>(std::move(order));
    d->stale = true;
    d->veilDirty = true;
    redraw();
}

void HeatmapPlot::setDroppedColumns(std::vector<bool> columns)
{
    d->dropped.columns = std::move(columns);
    d->masksChanged();
}

void HeatmapPlot::setDroppedRows(std::vector<bool> rows)
{
    d->dropped.rows = std::move(rows);
    d->masksChanged();
}

void HeatmapPlot::setDroppedCells(std::vector<bool> cells)
{
    d->dropped.cells = std::move(cells);
    d->masksChanged();
}

bool HeatmapPlot::isDropped(int row, int column) const
{
    return d->dropped.at(
        static_cast<std::size_t>(row), static_cast<std::size_t>(column), d->map->columns);
}

void HeatmapPlot::setHighlightedRow(int row)
{
    if (d->highlightedRow == row)
        return;
    d->highlightedRow = row;
    redrawLayer(*canvas(), layers::kOverlay);
}

void HeatmapPlot::setHighlightedColumn(int column)
{
    if (d->highlightedColumn == column)
        return;
    d->highlightedColumn = column;
    redrawLayer(*canvas(), layers::kOverlay);
}

QStringList HeatmapPlot::hoverLines(int row, int column) const
{
    const HoverCard card = d->card({row, column});
    return QStringList{card.heading} + card.lines();
}

QString HeatmapPlot::binningNote() const
{
    if (!d->binned.isBinned())
        return {};
    const double cells = static_cast<double>(d->binned.window.columns() * d->binned.window.rows())
        / static_cast<double>(d->binned.values.size());
    const QString share = formatCount(static_cast<std::int64_t>(std::ceil(cells)));
    return d->binning == Binning::MaxAbs ? tr("largest of up to %1 cells per pixel").arg(share)
                                         : tr("mean of up to %1 cells per pixel").arg(share);
}

bool HeatmapPlot::isUpToDate() const
{
    return isEmpty() || (!d->stale && !d->jobCancelled && d->stats);
}

std::string HeatmapPlot::csv() const
{
    return isEmpty() ? std::string() : toCsv(*d->map);
}

QString HeatmapPlot::summary() const
{
    if (isEmpty())
        return emptyMessage();
    const Heatmap& map = *d->map;
    QString text = tr("%1, %2 rows by %3 columns.")
                       .arg(QString::fromStdString(map.valueTitle),
                           formatCount(static_cast<std::int64_t>(map.rows)),
                           formatCount(static_cast<std::int64_t>(map.columns)));
    if (d->stats)
        text += QLatin1Char(' ')
            + tr("Values from %1 to %2.")
                  .arg(formatValue(d->stats->low), formatValue(d->stats->high));
    if (d->stats && d->stats->nonFinite > 0)
        text += QLatin1Char(' ')
            + tr("%n cell(s) not finite.", nullptr, static_cast<int>(d->stats->nonFinite));
    return text;
}

bool HeatmapPlot::isEmpty() const
{
    return !d || d->map->isEmpty();
}

void HeatmapPlot::resetView()
{
    if (isEmpty())
        return;
    canvas()->xAxis->setRange(-0.5, static_cast<double>(d->map->columns) - 0.5);
    canvas()->yAxis->setRange(-0.5, static_cast<double>(d->map->rows) - 0.5);
    redraw();
}

void HeatmapPlot::recolour()
{
    if (!d)
        return;
    d->veilDirty = true;
    if (d->stats && !d->binned.values.empty())
        d->colourIn();
}

} // namespace espalier
