// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/line_plot.h"

#include "core/base/expect.h"
#include "core/report/csv.h"
#include "widgets/controls/buttons.h"
#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/line_plot_private.h"
#include "widgets/plot/plot_marks.h"
#include "widgets/plot/qcustomplot_include.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier {
namespace {

constexpr int kRedrawIntervalMs = 33;

bool sameShape(
    const LineChart& a, const LineChart& b, const std::vector<std::unique_ptr<PlottedLine>>& lines)
{
    if (a.xTitle != b.xTitle || a.yTitle != b.yTitle || a.logX != b.logX || a.logY != b.logY
        || b.series.size() != lines.size())
        return false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i]->store.series().id != b.series[i].id)
            return false;
    }
    return true;
}

} // namespace

LinePlot::Private::Private(LinePlot* owner)
    : q(owner)
    , plot(owner->canvas())
{
    enableNavigation(*plot);
    addPainter(*plot, layers::kMain, [this](QPainter& painter) { paintDense(painter); });
    addPainter(*plot, layers::kNotes, [this](QPainter& painter) { paintNotes(painter); });
    addPainter(*plot, layers::kOverlay, [this](QPainter& painter) { paintOverlay(painter); });
    chip = new ChipButton(LinePlot::tr("Follow"), plot);
    chip->setToolTip(LinePlot::tr("Show the newest points again as they arrive"));
    chip->hide();
    coalesce.setSingleShot(true);
    coalesce.setInterval(kRedrawIntervalMs);
    QObject::connect(&coalesce, &QTimer::timeout, q, [this] { refresh(); });
    QObject::connect(chip, &ChipButton::clicked, q, &LinePlot::follow);
    QObject::connect(plot, &QCustomPlot::beforeReplot, q, [this] { prepare(); });
    QObject::connect(plot, &QCustomPlot::afterLayout, q, [this] {
        placeChip();
        fitYTitle();
    });
    const auto onRange = [this](QCPAxis* axis) {
        QObject::connect(
            axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), q, [this](const QCPRange&) {
                dirty = true;
                userMoved();
            });
    };
    onRange(plot->xAxis);
    onRange(plot->yAxis);
    QObject::connect(plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), q,
        [this](const QCPRange& range) {
            if (!settingRange)
                Q_EMIT q->xRangeChanged(range.lower, range.upper);
        });
}

void LinePlot::Private::userMoved()
{
    if (settingRange)
        return;
    viewIsUsers = true;
    setFollowing(false);
}

void LinePlot::Private::setFollowing(bool on)
{
    const bool changed = following != on;
    following = on;
    chip->setVisible(live && !following);
    if (changed && live)
        Q_EMIT q->followingChanged(on);
}

void LinePlot::Private::fitYTitle()
{
    const QString whole =
        titleWithUnit(QString::fromStdString(meta.yTitle), QString::fromStdString(meta.yUnit));
    const QString title =
        shortenedTitle(whole, QFontMetricsF(plot->yAxis->labelFont()), plot->axisRect()->height());
    if (plot->yAxis->label() != title)
        plot->yAxis->setLabel(title);
}

void LinePlot::Private::placeChip()
{
    const QRectF area = plotArea(*plot);
    chip->adjustSize();
    chip->move(
        static_cast<int>(area.right()) - chip->width() - 8, static_cast<int>(area.top()) + 8);
}

void LinePlot::Private::refresh()
{
    if (!q->isVisible()) {
        needsRefresh = true;
        return;
    }
    needsRefresh = false;
    if (!viewIsUsers)
        fit();
    q->dataChanged();
}

LinePlot::LinePlot(QWidget* parent)
    : PlotWidget(parent)
    , d(std::make_unique<Private>(this))
{
    dataChanged();
}

LinePlot::~LinePlot()
{
    closeCanvas(); // its painters use d
}

void LinePlot::setChart(LineChart chart)
{
    const bool keepsView = d->viewIsUsers && sameShape(d->meta, chart, d->lines);
    d->clearLines();
    std::vector<Series> series = std::move(chart.series);
    chart.series.clear();
    d->meta = std::move(chart);
    d->settingRange = true;
    setAxisKind(*canvas()->xAxis,
        d->meta.logX         ? AxisKind::Logarithmic
            : d->meta.wholeX ? AxisKind::Whole
                             : AxisKind::Linear);
    setAxisKind(*canvas()->yAxis, d->meta.logY ? AxisKind::Logarithmic : AxisKind::Linear);
    d->settingRange = false;
    const auto text = [](const std::string& value) {
        return QString::fromStdString(value);
    };
    canvas()->xAxis->setLabel(titleWithUnit(text(d->meta.xTitle), text(d->meta.xUnit)));
    canvas()->yAxis->setLabel(titleWithUnit(text(d->meta.yTitle), text(d->meta.yUnit)));
    if (accessibleName().isEmpty() || !d->meta.title.empty())
        setAccessibleName(text(d->meta.title.empty() ? d->meta.yTitle : d->meta.title));
    for (Series& one : series)
        d->addLine(std::move(one));
    if (!keepsView) {
        d->viewIsUsers = false;
        d->setFollowing(true);
        d->fit();
    }
    dataChanged();
}

LineChart LinePlot::chart() const
{
    LineChart result = d->meta;
    for (const auto& line : d->lines)
        result.series.push_back(line->store.series());
    return result;
}

int LinePlot::addSeries(Series series)
{
    d->addLine(std::move(series));
    if (!d->viewIsUsers)
        d->fit();
    dataChanged();
    return static_cast<int>(d->lines.size()) - 1;
}

void LinePlot::appendPoints(int series, std::span<const double> x, std::span<const double> y)
{
    ESPALIER_EXPECT(
        series >= 0 && static_cast<std::size_t>(series) < d->lines.size(), "no such series");
    d->lines[static_cast<std::size_t>(series)]->store.append(x, y);
    d->dirty = true;
    if (!d->coalesce.isActive())
        d->coalesce.start();
}

void LinePlot::setSmoothing(double beta)
{
    d->smoothing = beta;
    d->dirty = true;
    for (const auto& line : d->lines)
        line->store.setSmoothing(beta);
    redraw();
}

double LinePlot::smoothing() const
{
    return d->smoothing;
}

void LinePlot::setLive(bool live)
{
    d->live = live;
    d->chip->setVisible(live && !d->following);
}

bool LinePlot::isFollowing() const
{
    return d->following;
}

void LinePlot::setXRange(double low, double high)
{
    if (!(low < high) || (d->meta.logX && low <= 0))
        return;
    d->viewIsUsers = true;
    d->setFollowing(false);
    d->setRange(low, high);
    redraw();
}

std::pair<double, double> LinePlot::xRange() const
{
    const QCPRange range = canvas()->xAxis->range();
    return {range.lower, range.upper};
}

std::pair<double, double> LinePlot::yRange() const
{
    const QCPRange range = canvas()->yAxis->range();
    return {range.lower, range.upper};
}

void LinePlot::setCursor(std::optional<double> x)
{
    if (d->cursor == x)
        return;
    d->cursor = x;
    redrawLayer(*canvas(), layers::kOverlay);
}

void LinePlot::setHighlightedSeries(int series)
{
    if (d->highlighted == series)
        return;
    d->highlighted = series;
    d->dirty = true;
    redraw();
}

void LinePlot::setSeriesVisible(int series, bool visible)
{
    ESPALIER_EXPECT(
        series >= 0 && static_cast<std::size_t>(series) < d->lines.size(), "no such series");
    d->lines[static_cast<std::size_t>(series)]->visible = visible;
    d->dirty = true;
    if (!d->viewIsUsers)
        d->fit();
    dataChanged();
}

int LinePlot::markerCount() const
{
    std::size_t count = 0;
    for (const auto& line : d->lines)
        count += line->visible ? line->store.gaps().size() : 0;
    return static_cast<int>(count);
}

QStringList LinePlot::hoverLines(double x) const
{
    return d->card(x).lines();
}

std::string LinePlot::csv() const
{
    return isEmpty() ? std::string() : toCsv(chart());
}

QString LinePlot::summary() const
{
    if (isEmpty())
        return emptyMessage();
    QStringList parts;
    for (const auto& line : d->lines) {
        const Series& series = line->store.series();
        const std::size_t end = line->store.lastDrawable(series.x.empty() ? 0 : series.x.back());
        if (end == 0)
            continue;
        std::pair<double, double> range;
        static_cast<void>(line->store.yRange(series.x.front(), series.x.back(), range));
        QString part =
            tr("%1: %2 at %3, lowest %4")
                .arg(QString::fromStdString(series.title), formatValue(series.y[end - 1]),
                    formatValue(series.x[end - 1], 7), formatValue(range.first));
        if (!line->store.gaps().empty())
            part += tr(", %n gap(s)", nullptr, static_cast<int>(line->store.gaps().size()));
        parts << part;
    }
    return tr("%1 over %2. %3.")
        .arg(QString::fromStdString(d->meta.yTitle), QString::fromStdString(d->meta.xTitle),
            parts.join(QStringLiteral("; ")));
}

bool LinePlot::isEmpty() const
{
    return !d || std::none_of(d->lines.begin(), d->lines.end(), [](const auto& line) {
        return !line->store.series().x.empty();
    });
}

void LinePlot::resetView()
{
    const std::pair<double, double> before = xRange();
    d->viewIsUsers = false;
    d->setFollowing(true);
    d->fit();
    redraw();
    if (xRange() != before)
        Q_EMIT xRangeChanged(xRange().first, xRange().second);
}

void LinePlot::follow()
{
    resetView();
}

void LinePlot::recolour()
{
    if (d)
        d->dirty = true;
}

void LinePlot::showEvent(QShowEvent* event)
{
    PlotWidget::showEvent(event);
    if (d->needsRefresh)
        d->coalesce.start();
}

void LinePlot::resizeEvent(QResizeEvent* event)
{
    PlotWidget::resizeEvent(event);
    d->dirty = true;
}

} // namespace espalier
