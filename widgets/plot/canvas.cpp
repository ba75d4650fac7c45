// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/canvas.h"

#include "widgets/format/number_format.h"
#include "widgets/plot/qcustomplot_include.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

class PaintLayer final : public QCPLayerable
{
public:
    PaintLayer(QCustomPlot* plot, const QString& layer, std::function<void(QPainter&)> paint)
        : QCPLayerable(plot, layer)
        , m_paint(std::move(paint))
    {
    }

protected:
    [[nodiscard]] QRect clipRect() const override
    {
        return parentPlot()->viewport();
    }
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override
    {
        painter->setAntialiasing(true);
    }
    void draw(QCPPainter* painter) override
    {
        painter->save();
        m_paint(*painter);
        painter->restore();
    }

private:
    std::function<void(QPainter&)> m_paint;
};

/// QCustomPlot replots on every resize, also to nothing, which its buffers cannot draw on.
class Canvas final : public QCustomPlot
{
public:
    using QCustomPlot::QCustomPlot;

protected:
    void resizeEvent(QResizeEvent* event) override
    {
        if (!event->size().isEmpty())
            QCustomPlot::resizeEvent(event);
    }
};

class LinearTicker final : public QCPAxisTicker
{
public:
    explicit LinearTicker(bool whole)
        : m_whole(whole)
    {
        setTickCount(5);
    }

    [[nodiscard]] bool isWhole() const
    {
        return m_whole;
    }

protected:
    double getTickStep(const QCPRange& range) override
    {
        if (m_whole && range.size() <= tickCount())
            return 1;
        const double step = QCPAxisTicker::getTickStep(range);
        return m_whole ? std::max(1.0, std::round(step)) : step;
    }
    QVector<double> createTickVector(double step, const QCPRange& range) override
    {
        m_step = step;
        return QCPAxisTicker::createTickVector(step, range);
    }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override
    {
        return formatTick(tick, m_step);
    }

private:
    bool m_whole;
    double m_step = 1;
};

class LogTicker final : public QCPAxisTicker
{
public:
    LogTicker()
    {
        setTickCount(5);
    }

protected:
    QVector<double> createTickVector(double step, const QCPRange& range) override
    {
        m_step = 0;
        if (range.lower <= 0 || range.upper <= range.lower)
            return {};
        const double decades = std::log10(range.upper / range.lower);
        if (decades < 0.8) {
            m_step = step;
            return QCPAxisTicker::createTickVector(step, range);
        }
        QVector<double> mantissas = {1};
        if (decades < 2)
            mantissas = {1, 2, 5};
        else if (decades < 3)
            mantissas = {1, 3};
        const int stride = std::max(1, static_cast<int>(std::ceil(decades / 6)));
        const int first = static_cast<int>(std::floor(std::log10(range.lower)));
        const int last = static_cast<int>(std::ceil(std::log10(range.upper)));
        QVector<double> ticks;
        for (int power = first; power <= last; ++power) {
            if (power % stride != 0)
                continue;
            for (const double mantissa : mantissas)
                ticks << mantissa * std::pow(10.0, power);
        }
        return ticks;
    }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override
    {
        if (m_step > 0)
            return formatTick(tick, m_step);
        return tick >= 1e6 ? formatSi(tick) : formatValue(tick, 2);
    }

private:
    double m_step = 0;
};

class LabelTicker final : public QCPAxisTicker
{
public:
    LabelTicker(std::function<QString(int)> label, int count)
        : m_label(std::move(label))
        , m_count(count)
    {
        setTickCount(12);
    }

protected:
    double getTickStep(const QCPRange& range) override
    {
        if (range.size() <= tickCount())
            return 1;
        return std::max(1.0, std::round(QCPAxisTicker::getTickStep(range)));
    }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override
    {
        const int index = static_cast<int>(std::lround(tick));
        return index >= 0 && index < m_count ? m_label(index) : QString();
    }

private:
    std::function<QString(int)> m_label;
    int m_count;
};

void recolourAxis(QCPAxis& axis, const Theme& theme)
{
    QPen line(theme.line, 1);
    line.setCosmetic(true);
    axis.setBasePen(line);
    axis.setTickPen(line);
    axis.setSubTickPen(line);
    axis.setTickLabelColor(theme.muted);
    axis.setLabelColor(theme.muted);
    axis.setTickLabelFont(fonts::axis());
    axis.setLabelFont(fonts::axis());
    QPen grid(theme.grid(), 1);
    grid.setCosmetic(true);
    axis.grid()->setPen(grid);
    axis.grid()->setZeroLinePen(Qt::NoPen);
}

/// As many ticks as there is room for, at most six numbers; of cells and other whole things up to
/// seventeen (a range over n cells has n - 1 or n as its size).
void fitTickCounts(QCustomPlot& plot)
{
    const auto fit = [](QCPAxis& axis, int pixels, int pixelsPerNumber, int pixelsPerCell) {
        const auto* linear = dynamic_cast<LinearTicker*>(axis.ticker().data());
        const bool isCells = dynamic_cast<LabelTicker*>(axis.ticker().data()) != nullptr
            || (linear != nullptr && linear->isWhole());
        const int cells = std::min(17, pixels / pixelsPerCell);
        const bool fitsAll = isCells && axis.range().size() <= cells;
        axis.ticker()->setTickCount(
            fitsAll ? cells : std::clamp(pixels / pixelsPerNumber, 2, isCells ? 12 : 5));
    };
    // The area itself has its size only after the layout.
    const QMargins margins = plot.axisRect()->minimumMargins();
    fit(*plot.xAxis, plot.width() - margins.left() - margins.right() - 48, 64, 24);
    fit(*plot.yAxis, plot.height() - margins.top() - margins.bottom() - 40, 24, 16);
}

} // namespace

QCustomPlot* makeCanvas(QWidget* parent)
{
    auto* plot = new Canvas(parent);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->setPlottingHints(QCP::phFastPolylines | QCP::phCacheLabels);
    plot->setNoAntialiasingOnDrag(true);
    plot->setMouseTracking(true);
    plot->axisRect()->setMinimumMargins(QMargins(12, 12, 16, 8));
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
        axis->setSubTicks(false);
        axis->setTickLength(0, 4);
        axis->setTickLabelPadding(4);
        axis->setLabelPadding(4);
        setAxisKind(*axis, AxisKind::Linear);
    }
    QObject::connect(plot, &QCustomPlot::beforeReplot, plot, [plot] { fitTickCounts(*plot); });
    plot->addLayer(layers::kNotes, plot->layer(QStringLiteral("axes")), QCustomPlot::limAbove);
    return plot;
}

void recolourCanvas(QCustomPlot& plot, const Theme& theme)
{
    plot.setBackground(QBrush(theme.surface));
    recolourAxis(*plot.xAxis, theme);
    recolourAxis(*plot.yAxis, theme);
    if (QCPSelectionRect* rect = plot.selectionRect()) {
        rect->setPen(QPen(theme.accent, 1));
        QColor fill = theme.accent;
        fill.setAlphaF(0.12F);
        rect->setBrush(fill);
    }
}

void enableNavigation(QCustomPlot& plot)
{
    plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    QObject::connect(&plot, &QCustomPlot::mousePress, &plot, [&plot](QMouseEvent* event) {
        const bool box =
            event->button() == Qt::LeftButton && event->modifiers().testFlag(Qt::ShiftModifier);
        plot.setSelectionRectMode(box ? QCP::srmZoom : QCP::srmNone);
    });
    QObject::connect(&plot, &QCustomPlot::mouseWheel, &plot, [&plot](QWheelEvent* event) {
        const QPointF at = event->position();
        const QRect area = plot.axisRect()->rect();
        const bool onlyX = at.y() > area.bottom();
        const bool onlyY = at.x() < area.left();
        plot.axisRect()->setRangeZoom(onlyX ? Qt::Horizontal
                : onlyY                     ? Qt::Vertical
                                            : Qt::Horizontal | Qt::Vertical);
    });
}

void addPainter(QCustomPlot& plot, const QString& layer, std::function<void(QPainter&)> paint)
{
    new PaintLayer(&plot, layer, std::move(paint)); // the plot owns its layerables
}

void addBufferedLayer(QCustomPlot& plot, const QString& name, const QString& below)
{
    plot.addLayer(name, plot.layer(below), QCustomPlot::limAbove);
    plot.layer(name)->setMode(QCPLayer::lmBuffered);
}

void redrawLayer(QCustomPlot& plot, const QString& name)
{
    if (!plot.viewport().isEmpty() && plot.isVisible())
        plot.layer(name)->replot();
}

void setAxisKind(QCPAxis& axis, AxisKind kind)
{
    if (kind == AxisKind::Logarithmic) {
        axis.setScaleType(QCPAxis::stLogarithmic);
        axis.setTicker(QSharedPointer<LogTicker>::create());
        return;
    }
    axis.setScaleType(QCPAxis::stLinear);
    axis.setTicker(QSharedPointer<LinearTicker>::create(kind == AxisKind::Whole));
}

void setAxisLabels(QCPAxis& axis, const std::function<QString(int)>& label, int count)
{
    axis.setScaleType(QCPAxis::stLinear);
    axis.setTicker(QSharedPointer<LabelTicker>::create(label, count));
}

QRectF plotArea(const QCustomPlot& plot)
{
    return plot.axisRect()->rect();
}

} // namespace espalier
