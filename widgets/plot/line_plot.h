// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"
#include "widgets/plot/plot_widget.h"

#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace espalier {

/// Lines over one x axis, up to millions of points each, also while they grow.
///
/// Wheel zooms at the cursor (over an axis: that axis only), drag pans, shift-drag boxes, double
/// click or Home resets. Hovering shows every line's exact value at the nearest x, largest first;
/// click pins that card, Escape frees it. NaN and infinities leave a gap and a marker at the last
/// finite value; on a logarithmic axis so do values <= 0.
class LinePlot : public PlotWidget
{
    Q_OBJECT
public:
    explicit LinePlot(QWidget* parent = nullptr);
    ~LinePlot() override;

    /// Replaces everything. The view is kept if titles, scales and series ids stay the same, else
    /// reset.
    void setChart(LineChart chart);
    /// A copy with all raw data, including appended points.
    [[nodiscard]] LineChart chart() const;

    int addSeries(Series series); ///< returns its index
    /// `x` and `y` have one length; x continues upwards (other order is sorted in, which costs a
    /// rebuild). Redraws are collected to 30 per second.
    void appendPoints(int series, std::span<const double> x, std::span<const double> y);

    /// Exponential moving average with weight `beta` in [0, 1) on the past, divided by 1 - beta^n
    /// so that the start is not pulled to zero (Kingma and Ba 2015, section 3). 0 shows raw data
    /// only; otherwise raw data stay as a faint line.
    void setSmoothing(double beta);
    [[nodiscard]] double smoothing() const;

    /// A live plot follows its data until the user moves it; then a "Follow" chip appears.
    void setLive(bool live);
    [[nodiscard]] bool isFollowing() const;

    /// Shows [low, high] without emitting xRangeChanged; for linked plots.
    void setXRange(double low, double high);
    [[nodiscard]] std::pair<double, double> xRange() const;
    [[nodiscard]] std::pair<double, double> yRange() const;

    /// A vertical line, e.g. what another plot hovers.
    void setCursor(std::optional<double> x);
    /// Draws one line stronger, -1: none.
    void setHighlightedSeries(int series);
    void setSeriesVisible(int series, bool visible);

    /// Gaps marked in all visible series: runs of non-finite (or, on a log axis, non-positive)
    /// values.
    [[nodiscard]] int markerCount() const;
    /// The hover card's lines at x, "title: value", largest value first.
    [[nodiscard]] QStringList hoverLines(double x) const;

    [[nodiscard]] std::string csv() const override;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] bool isEmpty() const override;

public Q_SLOTS:
    void resetView() override;
    void follow();

Q_SIGNALS:
    /// The user panned, zoomed or reset.
    void xRangeChanged(double low, double high);
    void xHovered(double x);
    void hoverEnded();
    void xClicked(double x);
    void followingChanged(bool following);

protected:
    void recolour() override;
    void pointerMoved(QPointF position) override;
    void pointerLeft() override;
    void pointerClicked(QPointF position) override;
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace espalier
