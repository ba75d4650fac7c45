// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"
#include "widgets/plot/plot_widget.h"

#include <memory>

namespace espalier {

/// Stacked bars, one per category (a block), with a hover card of the parts and their sum.
class BarPlot : public PlotWidget
{
    Q_OBJECT
public:
    explicit BarPlot(QWidget* parent = nullptr);
    ~BarPlot() override;

    void setChart(BarChart chart);
    [[nodiscard]] const BarChart& chart() const;

    /// Outlines a category that is hovered or picked elsewhere, -1: none.
    void setHighlighted(int category);
    /// Draws these categories as dropped; one flag per category, empty: none.
    void setDropped(std::vector<bool> categories);
    /// The hover card's lines: parts from the top down, then the sum if there are several.
    [[nodiscard]] QStringList hoverLines(int category) const;

    [[nodiscard]] std::string csv() const override;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] bool isEmpty() const override;

public Q_SLOTS:
    void resetView() override;

Q_SIGNALS:
    void categoryHovered(int category);
    void hoverEnded();
    void categoryClicked(int category);

protected:
    void pointerMoved(QPointF position) override;
    void pointerLeft() override;
    void pointerClicked(QPointF position) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace espalier
