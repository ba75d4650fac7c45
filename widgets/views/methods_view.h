// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/view.h"

class QHBoxLayout;
class QLabel;
class QTableWidget;

namespace espalier {

class HeatmapPlot;
class MethodBox;
class StateFrame;

/// The recipe's destination beside the same shape made by another method: one weight of both, and
/// what the two plans have in common.
class MethodsView : public View
{
    Q_OBJECT
public:
    MethodsView(const ViewContext& context, QWidget* parent);

    [[nodiscard]] PlotWidget* mainPlot() const override;

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildMaps(QWidget* content);
    void rebuild();
    void rebuildMaps();
    void rebuildTable();
    void fillTable(const TransferPlan& recipePlan, const Rival& rival);
    void refreshState();
    void setRow(int row, const QString& title, const QString& first, const QString& second);

    QHBoxLayout* m_maps = nullptr;
    QLabel* m_firstHead = nullptr;
    QLabel* m_secondHead = nullptr;
    MethodBox* m_rival = nullptr;
    HeatmapPlot* m_first = nullptr;
    HeatmapPlot* m_second = nullptr;
    QTableWidget* m_table = nullptr;
    StateFrame* m_frame = nullptr;
};

} // namespace espalier
