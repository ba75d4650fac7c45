// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/importance_report.h"
#include "widgets/views/view.h"

namespace espalier {

class ChipButton;
class HeatmapPlot;
class StateFrame;

/// Scores of residual channels, heads and MLP units over the layers, and what of them the
/// destination keeps.
class ImportanceView : public View
{
    Q_OBJECT
public:
    ImportanceView(const ViewContext& context, QWidget* parent);

    [[nodiscard]] PlotWidget* mainPlot() const override;
    [[nodiscard]] ScoredAxis axis() const
    {
        return m_report.axis;
    }
    void setAxis(ScoredAxis axis);

private:
    void buildBar(QWidget* bar);
    void rebuild();
    void mark();
    void highlight();
    void describe();
    [[nodiscard]] Selection selectionAt(int row, int column) const;

    ImportanceReport m_report;
    HeatmapPlot* m_plot;
    StateFrame* m_frame = nullptr;
    ChipButton* m_axes[3] = {};
    ChipButton* m_sorted = nullptr;
    ChipButton* m_logarithmic = nullptr;
};

} // namespace espalier
