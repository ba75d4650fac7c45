// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/view.h"

class QComboBox;
class QLabel;

namespace espalier {

class HeatmapPlot;
class HistogramPlot;
class StateFrame;

/// One weight of the destination beside the parent's weight it comes from: selected rows and
/// columns, values, distributions, and where each cell comes from.
class WeightsView : public View
{
    Q_OBJECT
public:
    WeightsView(const ViewContext& context, QWidget* parent);

    [[nodiscard]] PlotWidget* mainPlot() const override;
    /// The line under the maps for a hovered cell of the destination.
    [[nodiscard]] QString provenance(int row, int column) const;

private:
    void buildPicker(QWidget* bar);
    void fillPicker();
    void choose();
    void followSelection();
    void rebuild();
    void refreshState();

    QComboBox* m_role = nullptr;
    QComboBox* m_block = nullptr;
    QLabel* m_beforeHead = nullptr;
    QLabel* m_afterHead = nullptr;
    QLabel* m_origin = nullptr;
    HeatmapPlot* m_before;
    HeatmapPlot* m_after;
    HistogramPlot* m_histogram;
    StateFrame* m_frame = nullptr;
    bool m_filling = false;
};

} // namespace espalier
