// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/heatmap_plot_private.h"

#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/plot_marks.h"
#include "widgets/plot/qcustomplot_include.h"

#include <QFontMetrics>
#include <QPromise>
#include <QThreadPool>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr std::size_t kCellsAtOnce = std::size_t{1} << 19; ///< more are binned in the background
constexpr int kMarginalHeight = 40;

std::size_t clampedCell(double coordinate, std::size_t count)
{
    return static_cast<std::size_t>(std::clamp(coordinate, 0.0, static_cast<double>(count)));
}

} // namespace

CellWindow HeatmapPlot::Private::window() const
{
    const QCPRange x = plot->xAxis->range();
    const QCPRange y = plot->yAxis->range();
    constexpr double kSlack =
        1e-6; // a window that ends exactly between two cells does not show the next one
    return {clampedCell(std::floor(x.lower + 0.5 + kSlack), map->columns),
        clampedCell(std::ceil(x.upper + 0.5 - kSlack), map->columns),
        clampedCell(std::floor(y.lower + 0.5 + kSlack), map->rows),
        clampedCell(std::ceil(y.upper + 0.5 - kSlack), map->rows)};
}

QSize HeatmapPlot::Private::devicePixels() const
{
    return (QSizeF(plot->axisRect()->size()) * plot->devicePixelRatioF())
        .toSize()
        .expandedTo(QSize(1, 1));
}

void HeatmapPlot::Private::setMargins()
{
    QMargins margins = kPlotMargins;
    if (!map->title.empty())
        margins.setTop(margins.top() + kPlotTitleHeight - 4);
    if (marginal == Marginal::Columns)
        margins.setTop(margins.top() + kMarginalHeight);
    if (showColourBar)
        margins.setRight(margins.right() + kColourBarWidth);
    if (marginal == Marginal::Rows)
        margins.setRight(margins.right() + kMarginalHeight);
    plot->axisRect()->setMinimumMargins(margins);
    setXLabel();
}

void HeatmapPlot::Private::prepare()
{
    if (map->isEmpty())
        return;
    const CellWindow wanted = window();
    const QSize size = devicePixels();
    if (wanted != veilWindow || veil.size() != size)
        veilDirty = true;
    if (!stale && wanted == askedWindow && size == askedSize)
        return;
    startJob(wanted, size);
}

void HeatmapPlot::Private::cancelJob()
{
    if (jobCancelled)
        jobCancelled->store(true);
    jobCancelled.reset();
}

void HeatmapPlot::Private::startJob(const CellWindow& wanted, QSize size)
{
    cancelJob();
    askedWindow = wanted;
    askedSize = size;
    stale = false;
    auto cancelled = std::make_shared<std::atomic<bool>>(false);
    const auto work = [map = map, order = order, known = stats, wanted, size, binning = binning,
                          cancelled] {
        HeatmapJobResult result;
        result.stats = known ? known : std::make_shared<const HeatmapStats>(heatmapStats(*map));
        result.binned = binHeatmap(*map, *order, wanted, static_cast<std::size_t>(size.width()),
            static_cast<std::size_t>(size.height()), binning, *cancelled);
        return result;
    };
    const std::size_t cells = stats ? wanted.columns() * wanted.rows() : map->values.size();
    if (cells <= kCellsAtOnce) {
        takeResult(work());
        return;
    }
    jobCancelled = cancelled;
    // shared_ptr: QThreadPool wants a copyable function, QPromise can only be moved.
    auto promise = std::make_shared<QPromise<HeatmapJobResult>>();
    promise->start();
    watcher.setFuture(promise->future());
    QThreadPool::globalInstance()->start([promise, work] {
        promise->addResult(work());
        promise->finish();
    });
}

void HeatmapPlot::Private::takeResult(HeatmapJobResult result)
{
    jobCancelled.reset();
    const bool firstStats = !stats;
    stats = std::move(result.stats);
    binned = std::move(result.binned);
    colourIn();
    if (firstStats)
        dataArrived();
}

void HeatmapPlot::Private::dataArrived()
{
    q->setAccessibleDescription(q->summary());
}

ValueScale HeatmapPlot::Private::scale() const
{
    const std::pair<double, double> range = fixedRange ? *fixedRange
        : stats                                        ? std::pair(stats->low, stats->high)
                                                       : std::pair(0.0, 1.0);
    return valueScaleFor(scaleKind, map->isSigned, range.first, range.second);
}

void HeatmapPlot::Private::colourIn()
{
    const ColourTable table = colourTable(q->theme(), map->isSigned);
    const ValueScale values = scale();
    const QRgb broken = q->theme().notANumber.rgb();
    image = QImage(
        static_cast<int>(binned.width), static_cast<int>(binned.height), QImage::Format_RGB32);
    for (std::size_t y = 0; y < binned.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(y)));
        const float* cells = binned.values.data() + y * binned.width;
        for (std::size_t x = 0; x < binned.width; ++x) {
            const double position = values.position(static_cast<double>(cells[x]));
            line[x] = std::isnan(position)
                ? broken
                : table[static_cast<std::size_t>(std::lround(position * 255))];
        }
    }
}

void HeatmapPlot::Private::fitVeil()
{
    veilDirty = false;
    veilWindow = window();
    veil = veilImage(dropped, map->columns, *order, veilWindow, devicePixels(),
        plot->devicePixelRatioF(), q->theme());
}

void HeatmapPlot::Private::setXLabel()
{
    QString label = QString::fromStdString(map->columnTitle);
    for (const QString& part : {q->binningNote(), note})
        if (!part.isEmpty())
            label += (label.isEmpty() ? QString() : QStringLiteral(" · ")) + part;
    const QMargins margins = plot->axisRect()->minimumMargins();
    label =
        QFontMetrics(plot->xAxis->labelFont())
            .elidedText(label, Qt::ElideRight, plot->width() - margins.left() - margins.right());
    if (plot->xAxis->label() != label)
        plot->xAxis->setLabel(label);
}

} // namespace espalier
