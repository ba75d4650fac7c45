// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/histogram_plot.h"

#include "core/report/csv.h"
#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/plot_marks.h"
#include "widgets/plot/qcustomplot_include.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace espalier {
namespace {

constexpr double kLegendRow = 18;

/// Share of all finite values per unit of x.
double density(const Histogram& histogram, std::size_t bin)
{
    const double width = histogram.binWidth();
    if (histogram.total == 0 || width <= 0)
        return 0;
    return static_cast<double>(histogram.counts[bin]) / static_cast<double>(histogram.total)
        / width;
}

std::optional<std::size_t> binAt(const Histogram& histogram, double x)
{
    if (histogram.counts.empty() || x < histogram.low || x > histogram.high)
        return std::nullopt;
    const auto bin = static_cast<std::size_t>((x - histogram.low) / histogram.binWidth());
    return std::min(bin, histogram.counts.size() - 1);
}

} // namespace

struct HistogramPlot::Private
{
    explicit Private(HistogramPlot* owner)
        : q(owner)
        , plot(owner->canvas())
    {
    }

    void setMargins();
    void paintHistograms(QPainter& painter) const;
    void paintNotes(QPainter& painter) const;
    void paintOverlay(QPainter& painter) const;
    [[nodiscard]] HoverCard card(double x) const;
    [[nodiscard]] QColor colour(std::size_t index) const
    {
        return q->theme().colour(chart.histograms[index].role, static_cast<int>(index));
    }
    [[nodiscard]] QPolygonF outline(const Histogram& histogram) const;

    HistogramPlot* q;
    QCustomPlot* plot;
    HistogramChart chart;
    std::optional<QPointF> mouse;
};

void HistogramPlot::Private::setMargins()
{
    QMargins margins = kPlotMargins;
    if (!chart.title.empty())
        margins.setTop(margins.top() + kPlotTitleHeight - 4);
    margins.setTop(margins.top()
        + static_cast<int>(kLegendRow * static_cast<double>(chart.histograms.size())));
    plot->axisRect()->setMinimumMargins(margins);
}

QPolygonF HistogramPlot::Private::outline(const Histogram& histogram) const
{
    QPolygonF points;
    const auto at = [this](double x, double y) {
        return QPointF(plot->xAxis->coordToPixel(x), plot->yAxis->coordToPixel(y));
    };
    points << at(histogram.low, 0);
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const double left = histogram.low + histogram.binWidth() * static_cast<double>(bin);
        points << at(left, density(histogram, bin))
               << at(left + histogram.binWidth(), density(histogram, bin));
    }
    points << at(histogram.high, 0);
    return points;
}

void HistogramPlot::Private::paintHistograms(QPainter& painter) const
{
    painter.setClipRect(plotArea(*plot).adjusted(0, 0, 1, 0));
    for (std::size_t i = 0; i < chart.histograms.size(); ++i) {
        QColor fill = colour(i);
        fill.setAlphaF(0.22F);
        const QPolygonF shape = outline(chart.histograms[i]);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawPolygon(shape);
        painter.setPen(QPen(colour(i), 1.25, i == 0 ? Qt::SolidLine : Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(shape);
    }
}

void HistogramPlot::Private::paintNotes(QPainter& painter) const
{
    if (q->isEmpty())
        return;
    const Theme& theme = q->theme();
    const QRectF area = plotArea(*plot);
    double top = drawPlotTitle(painter, theme, *plot, chart.title);
    painter.setFont(fonts::axis());
    const QStringList lines = q->legendLines();
    for (qsizetype i = 0; i < lines.size(); ++i, top += kLegendRow) {
        painter.setPen(
            QPen(colour(static_cast<std::size_t>(i)), 1.5, i == 0 ? Qt::SolidLine : Qt::DashLine));
        painter.drawLine(QPointF(area.left(), top + 9), QPointF(area.left() + 18, top + 9));
        painter.setPen(theme.text);
        painter.drawText(
            QRectF(area.left() + 24, top, plot->width() - area.left() - 32, kLegendRow),
            Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetricsF(fonts::axis())
                .elidedText(lines[i], Qt::ElideRight, plot->width() - area.left() - 32));
    }
    // One standard deviation to either side of the mean, as a bar on the axis.
    for (std::size_t i = 0; i < chart.histograms.size(); ++i) {
        const Histogram& histogram = chart.histograms[i];
        if (!(histogram.standardDeviation > 0))
            continue;
        const auto x = [&](double sigmas) {
            return std::clamp(
                plot->xAxis->coordToPixel(histogram.mean + sigmas * histogram.standardDeviation),
                area.left(), area.right());
        };
        const double y = area.bottom() - 3 - 5 * static_cast<double>(i);
        QPen pen(colour(i), 3);
        pen.setCapStyle(Qt::FlatCap);
        painter.setPen(pen);
        painter.drawLine(QPointF(x(-1), y), QPointF(x(1), y));
    }
}

HoverCard HistogramPlot::Private::card(double x) const
{
    HoverCard result;
    for (std::size_t i = 0; i < chart.histograms.size(); ++i) {
        const Histogram& histogram = chart.histograms[i];
        const std::optional<std::size_t> bin = binAt(histogram, x);
        if (!bin)
            continue;
        if (result.heading.isEmpty()) {
            const double left = histogram.low + histogram.binWidth() * static_cast<double>(*bin);
            result.heading = HistogramPlot::tr("%1 to %2")
                                 .arg(formatValue(left), formatValue(left + histogram.binWidth()));
        }
        const auto count = static_cast<std::int64_t>(histogram.counts[*bin]);
        const double share = histogram.total > 0
            ? static_cast<double>(count) / static_cast<double>(histogram.total)
            : 0;
        result.rows.push_back({colour(i), QString::fromStdString(histogram.title),
            QString(formatCount(count) + QStringLiteral(" (") + formatPercent(share)
                + QLatin1Char(')'))});
    }
    return result;
}

void HistogramPlot::Private::paintOverlay(QPainter& painter) const
{
    const QRectF area = plotArea(*plot);
    if (!mouse || q->isEmpty() || !area.contains(*mouse))
        return;
    painter.setPen(QPen(q->theme().muted, 1, Qt::DashLine));
    const double x = std::round(mouse->x()) + 0.5;
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    drawCardOn(painter, q->theme(), *plot, *mouse, card(plot->xAxis->pixelToCoord(mouse->x())));
}

HistogramPlot::HistogramPlot(QWidget* parent)
    : PlotWidget(parent)
    , d(std::make_unique<Private>(this))
{
    canvas()->xAxis->grid()->setVisible(false);
    canvas()->yAxis->setTickLabels(false);
    canvas()->yAxis->setLabel(tr("density"));
    addPainter(
        *canvas(), layers::kMain, [this](QPainter& painter) { d->paintHistograms(painter); });
    addPainter(*canvas(), layers::kNotes, [this](QPainter& painter) { d->paintNotes(painter); });
    addPainter(
        *canvas(), layers::kOverlay, [this](QPainter& painter) { d->paintOverlay(painter); });
    connect(canvas(), &QCustomPlot::beforeReplot, this, [this] { d->setMargins(); });
    dataChanged();
}

HistogramPlot::~HistogramPlot()
{
    closeCanvas(); // its painters use d
}

void HistogramPlot::setChart(HistogramChart chart)
{
    d->chart = std::move(chart);
    canvas()->xAxis->setLabel(titleWithUnit(
        QString::fromStdString(d->chart.xTitle), QString::fromStdString(d->chart.xUnit)));
    setAccessibleName(
        QString::fromStdString(d->chart.title.empty() ? d->chart.xTitle : d->chart.title));
    resetView();
    dataChanged();
}

const HistogramChart& HistogramPlot::chart() const
{
    return d->chart;
}

QStringList HistogramPlot::hoverLines(double x) const
{
    return d->card(x).lines();
}

QStringList HistogramPlot::legendLines() const
{
    QStringList lines;
    for (const Histogram& histogram : d->chart.histograms) {
        QString line = QString::fromStdString(histogram.title) + QStringLiteral("   σ ")
            + formatValue(histogram.standardDeviation, 3);
        if (histogram.nonFinite > 0)
            line += QStringLiteral(" · ")
                + tr("%n not finite", nullptr, static_cast<int>(histogram.nonFinite));
        lines << line;
    }
    return lines;
}

std::string HistogramPlot::csv() const
{
    return isEmpty() ? std::string() : toCsv(d->chart);
}

QString HistogramPlot::summary() const
{
    return isEmpty() ? emptyMessage()
                     : QString(legendLines().join(QStringLiteral("; ")) + QLatin1Char('.'));
}

bool HistogramPlot::isEmpty() const
{
    return !d
        || std::all_of(d->chart.histograms.begin(), d->chart.histograms.end(),
            [](const Histogram& histogram) { return histogram.counts.empty(); });
}

void HistogramPlot::resetView()
{
    if (isEmpty())
        return;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double top = 0;
    for (const Histogram& histogram : d->chart.histograms) {
        low = std::min(low, histogram.low);
        high = std::max(high, histogram.high);
        for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
            top = std::max(top, density(histogram, bin));
    }
    canvas()->xAxis->setRange(low, high);
    canvas()->yAxis->setRange(0, top > 0 ? top * 1.08 : 1);
    redraw();
}

void HistogramPlot::pointerMoved(QPointF position)
{
    d->mouse = position;
    redrawLayer(*canvas(), layers::kOverlay);
}

void HistogramPlot::pointerLeft()
{
    if (std::exchange(d->mouse, std::nullopt))
        redrawLayer(*canvas(), layers::kOverlay);
}

} // namespace espalier
