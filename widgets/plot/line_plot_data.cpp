// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/line_plot_private.h"

#include "widgets/plot/canvas.h"
#include "widgets/plot/plot_marks.h"
#include "widgets/plot/qcustomplot_include.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Antialiasing and dashes cost by the length of a noisy line: few points get both, more a plain
// dashed line of one device pixel, most a solid one.
constexpr std::size_t kFinePoints = 2400; ///< in all lines together
constexpr std::size_t kDashedPoints = 12000;
constexpr int kColumnsPerSmoothPoint = 4; ///< an average has no spikes to lose
constexpr double kYPadding = 0.06;
constexpr double kWholeRoom = 0.6; ///< beside the first and last thing, as bars have it
constexpr std::size_t kMostDots = 64; ///< of whole things, e.g. blocks

void setData(QCPGraph& graph, const XYData& data)
{
    QVector<QCPGraphData> points;
    points.reserve(static_cast<qsizetype>(data.x.size()));
    for (std::size_t i = 0; i < data.x.size(); ++i)
        points.append(QCPGraphData(data.x[i], data.y[i]));
    graph.data()->set(points, true);
}

enum class Density
{
    Fine,
    Dashed,
    Solid
};

Density densityOf(std::size_t points, std::size_t lines)
{
    const std::size_t together = points * std::max<std::size_t>(lines, 1);
    return together <= kFinePoints  ? Density::Fine
        : together <= kDashedPoints ? Density::Dashed
                                    : Density::Solid;
}

QPen linePen(const Theme& theme, const Series& series, int lane, Density density, bool strong)
{
    QPen pen = theme.pen(series.role, lane);
    if (density == Density::Solid)
        pen.setStyle(Qt::SolidLine);
    if (density == Density::Fine || strong) {
        pen.setCosmetic(false);
        pen.setWidthF(strong ? 2.5 : 1.5);
        pen.setCapStyle(Qt::FlatCap);
        pen.setJoinStyle(Qt::RoundJoin);
    }
    return pen;
}

/// [low, high] with room around, in the axis' own scale.
QCPRange padded(double low, double high, bool logarithmic)
{
    if (logarithmic) {
        const double factor = low < high ? std::pow(high / low, kYPadding) : 2.0;
        return {low / factor, high * factor};
    }
    double room = (high - low) * kYPadding;
    if (room <= 0)
        room = low == 0 ? 1 : std::abs(low) * 0.1;
    return {low - room, high + room};
}

} // namespace

int LinePlot::Private::laneOf(int index) const
{
    const int lane = lines[static_cast<std::size_t>(index)]->store.series().lane;
    return lane >= 0 ? lane : index;
}

void LinePlot::Private::addLine(Series series)
{
    const bool hasBand = !series.low.empty() && series.low.size() == series.x.size()
        && series.high.size() == series.x.size();
    lines.push_back(std::make_unique<PlottedLine>(
        PlottedLine{LineStore(std::move(series), meta.logY, smoothing)}));
    PlottedLine& line = *lines.back();
    if (hasBand) {
        line.bandLow = plot->addGraph();
        line.bandHigh = plot->addGraph();
        line.bandHigh->setChannelFillGraph(line.bandLow);
    }
    line.faint = plot->addGraph();
    line.graph = plot->addGraph();
    for (QCPGraph* graph : {line.bandLow, line.bandHigh, line.faint, line.graph}) {
        if (graph)
            graph->setAdaptiveSampling(false); // decimate() did it, without losing spikes
    }
    dirty = true;
}

void LinePlot::Private::clearLines()
{
    plot->clearGraphs();
    lines.clear();
    pinned.reset();
    hover.reset();
    dirty = true;
}

void LinePlot::Private::prepare()
{
    std::vector<LineLabel> names = labels();
    const int column = labelColumnWidth(names, plot->size());
    usesLegend = column == 0 && names.size() > 1;
    QMargins margins = kPlotMargins;
    margins.setRight(std::max(column, margins.right()));
    if (!meta.title.empty())
        margins.setTop(kPlotTitleHeight + 8);
    if (usesLegend)
        margins.setTop(margins.top() + 4
            + layoutLegend(nullptr, q->theme(), {},
                plot->width() - kPlotMargins.left() - kPlotMargins.right(), names));
    plot->axisRect()->setMinimumMargins(margins);

    if (!dirty && preparedWidth == plot->width())
        return;
    dirty = false;
    preparedWidth = plot->width();
    for (std::size_t i = 0; i < lines.size(); ++i)
        fillGraph(*lines[i], static_cast<int>(i));
}

void LinePlot::Private::fillGraph(PlottedLine& line, int index)
{
    const Theme& theme = q->theme();
    const QCPRange range = plot->xAxis->range();
    const int columns =
        std::max(64, plot->width()); // the area's own width is known only after the layout
    const bool smooth = smoothing > 0;
    line.shown = smooth ? line.store.smoothFor(
                     range.lower, range.upper, columns / kColumnsPerSmoothPoint, meta.logX)
                        : line.store.rawFor(range.lower, range.upper, columns, meta.logX);
    const std::size_t points = line.shown.x.size();
    const Density density = densityOf(points, lines.size());
    const bool strong = index == highlighted;
    line.isDense = density == Density::Solid && !strong;
    setData(*line.graph, line.isDense ? XYData{} : line.shown);
    line.graph->setVisible(line.visible && !line.isDense);
    line.graph->setAntialiased(density == Density::Fine);
    line.graph->setPen(linePen(theme, line.store.series(), laneOf(index), density, strong));
    const bool hasDots = points == 1 || (meta.wholeX && points <= kMostDots);
    line.graph->setScatterStyle(
        hasDots ? QCPScatterStyle(QCPScatterStyle::ssDisc, 5) : QCPScatterStyle());
    fillFaint(line, index, columns);
    if (line.bandLow)
        fillBand(line, index);
}

void LinePlot::Private::fillFaint(PlottedLine& line, int index, int columns)
{
    const QCPRange range = plot->xAxis->range();
    line.shownFaint =
        smoothing > 0 ? line.store.rawFor(range.lower, range.upper, columns, meta.logX) : XYData{};
    line.faintIsDense = densityOf(line.shownFaint.x.size(), lines.size()) == Density::Solid;
    line.faint->setVisible(line.visible && smoothing > 0 && !line.faintIsDense);
    setData(*line.faint, line.faintIsDense ? XYData{} : line.shownFaint);
    QPen pen(faintColour(line, index), 1);
    pen.setCosmetic(true);
    line.faint->setPen(pen);
    line.faint->setAntialiased(false);
}

QColor LinePlot::Private::faintColour(const PlottedLine& line, int index) const
{
    return q->theme().faint(q->theme().colour(line.store.series().role, laneOf(index)), 0.3);
}

void LinePlot::Private::fillBand(PlottedLine& line, int index)
{
    const Series& series = line.store.series();
    QColor fill = q->theme().colour(series.role, laneOf(index));
    fill.setAlphaF(0.16F);
    const auto known = static_cast<std::ptrdiff_t>(std::min(series.low.size(), series.x.size()));
    const std::vector<double> x(series.x.begin(), series.x.begin() + known);
    setData(*line.bandLow, {x, series.low});
    setData(*line.bandHigh, {x, series.high});
    line.bandHigh->setBrush(fill);
    for (QCPGraph* graph : {line.bandLow, line.bandHigh}) {
        graph->setPen(Qt::NoPen);
        graph->setVisible(line.visible);
    }
}

bool LinePlot::Private::xExtent(double& low, double& high) const
{
    low = std::numeric_limits<double>::infinity();
    high = -low;
    for (const auto& line : lines) {
        const std::vector<double>& x = line->store.series().x;
        if (!line->visible || x.empty())
            continue;
        const auto first = meta.logX ? std::upper_bound(x.begin(), x.end(), 0.0) : x.begin();
        if (first == x.end())
            continue;
        low = std::min(low, *first);
        high = std::max(high, x.back());
    }
    return low <= high;
}

void LinePlot::Private::fitY(double xLow, double xHigh)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    const auto include = [&](double a, double b) {
        low = std::min(low, a);
        high = std::max(high, b);
    };
    for (const auto& line : lines) {
        std::pair<double, double> range;
        if (!line->visible || !line->store.yRange(xLow, xHigh, range))
            continue;
        include(range.first, range.second);
    }
    for (const ReferenceLine& reference : meta.references) {
        if (std::isfinite(reference.value) && (!meta.logY || reference.value > 0))
            include(reference.value, reference.value);
    }
    if (low <= high)
        plot->yAxis->setRange(padded(low, high, meta.logY));
}

void LinePlot::Private::setRange(double xLow, double xHigh)
{
    settingRange = true;
    if (xLow == xHigh) {
        const double room = meta.logX ? 0 : xLow == 0 ? 1 : std::abs(xLow) * 0.1;
        plot->xAxis->setRange(
            meta.logX ? xLow / 2 : xLow - room, meta.logX ? xHigh * 2 : xHigh + room);
    } else {
        plot->xAxis->setRange(xLow, xHigh);
    }
    settingRange = false;
    dirty = true;
}

void LinePlot::Private::fit()
{
    double low = kNan;
    double high = kNan;
    if (!xExtent(low, high))
        return;
    settingRange = true;
    fitY(low, high);
    settingRange = false;
    const double room = meta.wholeX && !meta.logX ? kWholeRoom : 0;
    setRange(low - room, high + room);
}

} // namespace espalier
