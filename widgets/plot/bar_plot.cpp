// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/bar_plot.h"

#include "core/report/csv.h"
#include "widgets/format/number_format.h"
#include "widgets/plot/canvas.h"
#include "widgets/plot/hover_card.h"
#include "widgets/plot/line_labels.h"
#include "widgets/plot/plot_marks.h"
#include "widgets/plot/qcustomplot_include.h"

#include <QKeyEvent>

#include <algorithm>
#include <cmath>
#include <optional>

namespace espalier {
namespace {

constexpr double kBarShare = 0.68; ///< of a category's width
constexpr double kWidestBar = 48;

} // namespace

struct BarPlot::Private
{
    explicit Private(BarPlot* owner)
        : q(owner)
        , plot(owner->canvas())
    {
    }

    [[nodiscard]] double value(std::size_t part, std::size_t category) const;
    [[nodiscard]] QRectF column(int category) const;
    [[nodiscard]] int categoryAt(QPointF position) const;
    [[nodiscard]] HoverCard card(int category) const;
    [[nodiscard]] std::vector<LineLabel> legend() const;
    void setMargins();
    void paintBars(QPainter& painter) const;
    void paintNotes(QPainter& painter) const;
    void paintOverlay(QPainter& painter) const;
    void hoverCategory(int category);

    BarPlot* q;
    QCustomPlot* plot;
    BarChart chart;
    std::vector<bool> dropped;
    int highlighted = -1;
    int hover = -1;
    QPointF mouse;
};

double BarPlot::Private::value(std::size_t part, std::size_t category) const
{
    const std::vector<double>& values = chart.parts[part].values;
    return category < values.size() ? values[category] : std::nan("");
}

QRectF BarPlot::Private::column(int category) const
{
    const QRectF area = plotArea(*plot);
    const double middle = plot->xAxis->coordToPixel(category);
    const double room = std::abs(plot->xAxis->coordToPixel(category + 1.0) - middle);
    const double width = std::max(1.0, std::min(room * kBarShare, kWidestBar));
    return {std::round(middle - width / 2), area.top(), std::round(width), area.height()};
}

int BarPlot::Private::categoryAt(QPointF position) const
{
    const QRectF area = plotArea(*plot);
    if (chart.categories.empty() || !area.contains(position))
        return -1;
    const long nearest = std::lround(plot->xAxis->pixelToCoord(position.x()));
    return static_cast<int>(
        std::clamp<long>(nearest, 0, static_cast<long>(chart.categories.size()) - 1));
}

std::vector<LineLabel> BarPlot::Private::legend() const
{
    std::vector<LineLabel> result;
    for (std::size_t i = 0; i < chart.parts.size(); ++i)
        result.push_back({QString::fromStdString(chart.parts[i].title), chart.parts[i].role,
            static_cast<int>(i)});
    return result;
}

void BarPlot::Private::setMargins()
{
    QMargins margins = kPlotMargins;
    if (!chart.title.empty())
        margins.setTop(margins.top() + kPlotTitleHeight - 4);
    if (chart.parts.size() > 1)
        margins.setTop(margins.top() + kPlotTitleHeight - 4);
    plot->axisRect()->setMinimumMargins(margins);
}

void BarPlot::Private::paintBars(QPainter& painter) const
{
    const Theme& theme = q->theme();
    painter.setClipRect(plotArea(*plot));
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t category = 0; category < chart.categories.size(); ++category) {
        const QRectF place = column(static_cast<int>(category));
        const bool isDropped = category < dropped.size() && dropped[category];
        double up = 0;
        double down = 0;
        for (std::size_t part = 0; part < chart.parts.size(); ++part) {
            const double value = this->value(part, category);
            if (!std::isfinite(value))
                continue;
            double& base = value < 0 ? down : up;
            const double from = plot->yAxis->coordToPixel(base);
            base += value;
            const QRectF bar = QRectF(QPointF(place.left(), from),
                QPointF(place.right(), plot->yAxis->coordToPixel(base)))
                                   .normalized();
            const QColor colour = theme.colour(chart.parts[part].role, static_cast<int>(part));
            painter.fillRect(bar, isDropped ? theme.faint(theme.muted, 0.25) : colour);
            if (isDropped)
                painter.fillRect(bar, QBrush(theme.muted, Qt::BDiagPattern));
        }
    }
}

void BarPlot::Private::paintNotes(QPainter& painter) const
{
    if (q->isEmpty())
        return;
    const Theme& theme = q->theme();
    const QRectF area = plotArea(*plot);
    const double top = drawPlotTitle(painter, theme, *plot, chart.title);
    if (chart.parts.size() > 1) {
        double x = area.left();
        painter.setFont(fonts::axis());
        const QFontMetricsF metrics(fonts::axis());
        for (const LineLabel& entry : legend()) {
            painter.fillRect(QRectF(x, top + 4, 10, 10), theme.colour(entry.role, entry.lane));
            painter.setPen(theme.text);
            const double width = std::ceil(metrics.horizontalAdvance(entry.text));
            painter.drawText(
                QRectF(x + 16, top, width + 2, 18), Qt::AlignLeft | Qt::AlignVCenter, entry.text);
            x += width + 32;
        }
    }
    drawReferences(painter, theme, *plot, chart.references, [](const QRectF&) { return false; });
}

HoverCard BarPlot::Private::card(int category) const
{
    HoverCard result;
    const auto at = static_cast<std::size_t>(category);
    result.heading = QString::fromStdString(chart.xTitle) + QLatin1Char(' ')
        + QString::fromStdString(chart.categories[at]);
    const QString unit =
        chart.yUnit.empty() ? QString() : QChar(QChar::Nbsp) + QString::fromStdString(chart.yUnit);
    double sum = 0;
    for (std::size_t i = chart.parts.size(); i-- > 0;) {
        const BarPart& part = chart.parts[i];
        result.rows.push_back({q->theme().colour(part.role, static_cast<int>(i)),
            QString::fromStdString(part.title), QString(formatValue(value(i, at), 6) + unit)});
        sum += value(i, at);
    }
    if (chart.parts.size() > 1)
        result.rows.push_back({{}, BarPlot::tr("together"), QString(formatValue(sum, 6) + unit)});
    if (at < dropped.size() && dropped[at])
        result.rows.push_back({{}, BarPlot::tr("dropped"), {}});
    return result;
}

void BarPlot::Private::paintOverlay(QPainter& painter) const
{
    const int marked = hover >= 0 ? hover : highlighted;
    if (marked < 0 || static_cast<std::size_t>(marked) >= chart.categories.size())
        return;
    const Theme& theme = q->theme();
    painter.setPen(QPen(hover >= 0 ? theme.muted : theme.accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(column(marked).adjusted(-2.5, 0.5, 2.5, -0.5));
    if (hover < 0)
        return;
    const QPointF anchor = mouse.isNull() ? column(hover).center() : mouse;
    drawCardOn(painter, theme, *plot, anchor, card(hover));
}

void BarPlot::Private::hoverCategory(int category)
{
    const bool changed = hover != category;
    hover = category;
    redrawLayer(*plot, layers::kOverlay);
    if (!changed)
        return;
    if (category >= 0)
        Q_EMIT q->categoryHovered(category);
    else
        Q_EMIT q->hoverEnded();
}

BarPlot::BarPlot(QWidget* parent)
    : PlotWidget(parent)
    , d(std::make_unique<Private>(this))
{
    canvas()->xAxis->grid()->setVisible(false);
    addPainter(*canvas(), layers::kMain, [this](QPainter& painter) { d->paintBars(painter); });
    addPainter(*canvas(), layers::kNotes, [this](QPainter& painter) { d->paintNotes(painter); });
    addPainter(
        *canvas(), layers::kOverlay, [this](QPainter& painter) { d->paintOverlay(painter); });
    connect(canvas(), &QCustomPlot::beforeReplot, this, [this] { d->setMargins(); });
    dataChanged();
}

BarPlot::~BarPlot()
{
    closeCanvas(); // its painters use d
}

void BarPlot::setChart(BarChart chart)
{
    d->chart = std::move(chart);
    d->hover = -1;
    const BarChart& now = d->chart;
    setAxisLabels(
        *canvas()->xAxis,
        [this](int index) {
            return QString::fromStdString(d->chart.categories[static_cast<std::size_t>(index)]);
        },
        static_cast<int>(now.categories.size()));
    canvas()->xAxis->setLabel(QString::fromStdString(now.xTitle));
    canvas()->yAxis->setLabel(
        titleWithUnit(QString::fromStdString(now.yTitle), QString::fromStdString(now.yUnit)));
    setAccessibleName(QString::fromStdString(now.title.empty() ? now.yTitle : now.title));
    resetView();
    dataChanged();
}

const BarChart& BarPlot::chart() const
{
    return d->chart;
}

void BarPlot::setHighlighted(int category)
{
    if (d->highlighted == category)
        return;
    d->highlighted = category;
    redrawLayer(*canvas(), layers::kOverlay);
}

void BarPlot::setDropped(std::vector<bool> categories)
{
    d->dropped = std::move(categories);
    redraw();
}

QStringList BarPlot::hoverLines(int category) const
{
    return d->card(category).lines();
}

std::string BarPlot::csv() const
{
    return isEmpty() ? std::string() : toCsv(d->chart);
}

QString BarPlot::summary() const
{
    if (isEmpty())
        return emptyMessage();
    QStringList parts;
    for (const BarPart& part : d->chart.parts) {
        QStringList values;
        for (const double value : part.values)
            values << formatValue(value, 3);
        parts << QString::fromStdString(part.title) + QStringLiteral(": ")
                + values.join(QStringLiteral("; "));
    }
    return tr("%1 per %2. %3.")
        .arg(QString::fromStdString(d->chart.yTitle), QString::fromStdString(d->chart.xTitle),
            parts.join(QStringLiteral(". ")));
}

bool BarPlot::isEmpty() const
{
    return !d || d->chart.categories.empty() || d->chart.parts.empty();
}

void BarPlot::resetView()
{
    double low = 0;
    double high = 0;
    for (std::size_t category = 0; category < d->chart.categories.size(); ++category) {
        double up = 0;
        double down = 0;
        for (std::size_t part = 0; part < d->chart.parts.size(); ++part) {
            const double value = d->value(part, category);
            if (std::isfinite(value))
                (value < 0 ? down : up) += value;
        }
        low = std::min(low, down);
        high = std::max(high, up);
    }
    for (const ReferenceLine& reference : d->chart.references)
        high = std::max(high, reference.value);
    const double room = (high - low > 0 ? high - low : 1.0) * 0.06;
    canvas()->xAxis->setRange(-0.6, static_cast<double>(d->chart.categories.size()) - 0.4);
    canvas()->yAxis->setRange(low < 0 ? low - room : 0, high + room);
    redraw();
}

void BarPlot::pointerMoved(QPointF position)
{
    d->mouse = position;
    const int category = d->categoryAt(position);
    if (category >= 0 || d->hover >= 0)
        d->hoverCategory(category);
}

void BarPlot::pointerLeft()
{
    if (d->hover >= 0)
        d->hoverCategory(-1);
}

void BarPlot::pointerClicked(QPointF position)
{
    if (const int category = d->categoryAt(position); category >= 0)
        Q_EMIT categoryClicked(category);
}

void BarPlot::keyPressEvent(QKeyEvent* event)
{
    const int last = static_cast<int>(d->chart.categories.size()) - 1;
    const int key = event->key();
    if (last < 0 || (key != Qt::Key_Left && key != Qt::Key_Right && key != Qt::Key_Return)) {
        PlotWidget::keyPressEvent(event);
        return;
    }
    if (key == Qt::Key_Return) {
        if (d->hover >= 0)
            Q_EMIT categoryClicked(d->hover);
        return;
    }
    d->mouse = {};
    const int next = d->hover < 0 ? (key == Qt::Key_Right ? 0 : last)
                                  : d->hover + (key == Qt::Key_Right ? 1 : -1);
    d->hoverCategory(std::clamp(next, 0, last));
}

} // namespace espalier
