// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/run_report.h"
#include "widgets/models/lane_columns.h"
#include "widgets/views/view.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSplitter;
class QTableView;
class QHBoxLayout;

namespace espalier {

class ChipButton;
class LinePlot;
class PrimaryButton;

/// The race: lanes in a table, their losses as live curves, and what starts and stops them.
class RaceView : public View
{
    Q_OBJECT
public:
    RaceView(const ViewContext& context, QWidget* parent);

    [[nodiscard]] PlotWidget* mainPlot() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildBar(QHBoxLayout* bar);
    [[nodiscard]] QWidget* makeTable();
    [[nodiscard]] QHBoxLayout* makeLaneButtons();
    void askForTraining(int lane);
    void divide();
    void fitColumns();
    [[nodiscard]] LaneColumnNeeds columnNeeds() const;
    [[nodiscard]] RunChartSettings chartSettings() const;
    void rebuildChart();
    void append(int lane, int first);
    void refreshState();
    void refreshStatus();
    [[nodiscard]] int pickedLane() const;

    LinePlot* m_plot;
    LaneTableModel* m_model;
    QSplitter* m_splitter;
    bool m_divided = false; ///< by a person, who has the last word
    QTableView* m_table = nullptr;
    PrimaryButton* m_start = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_stop = nullptr;
    QPushButton* m_reset = nullptr;
    QPushButton* m_add = nullptr;
    QPushButton* m_training = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_export = nullptr;
    QComboBox* m_axis = nullptr;
    ChipButton* m_validation = nullptr;
    ChipButton* m_smooth = nullptr;
    ChipButton* m_log = nullptr;
    QLabel* m_status = nullptr;
};

} // namespace espalier
