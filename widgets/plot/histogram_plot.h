// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/histogram.h"
#include "widgets/plot/plot_widget.h"

#include <memory>

namespace espalier {

/// Histograms over each other, as densities so that different totals compare, with mean and
/// standard deviation.
class HistogramPlot : public PlotWidget
{
    Q_OBJECT
public:
    explicit HistogramPlot(QWidget* parent = nullptr);
    ~HistogramPlot() override;

    /// Roles decide the colours: parent blue, destination green.
    void setChart(HistogramChart chart);
    [[nodiscard]] const HistogramChart& chart() const;

    /// The hover card's lines at x: per histogram its count in that bin and share of all values.
    [[nodiscard]] QStringList hoverLines(double x) const;
    /// The legend's lines, e.g. "before  σ 0.142".
    [[nodiscard]] QStringList legendLines() const;

    [[nodiscard]] std::string csv() const override;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] bool isEmpty() const override;

public Q_SLOTS:
    void resetView() override;

protected:
    void pointerMoved(QPointF position) override;
    void pointerLeft() override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace espalier
