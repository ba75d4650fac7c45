// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/intents.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QToolButton;
class QTreeWidget;

namespace espalier {

/// Above the views: why a model did not open, what to do about it, and, folded, every tensor that
/// is not as its family's table has it. Seen only while there is a diagnosis; never takes the
/// focus.
class DiagnosisPanel : public QWidget
{
    Q_OBJECT
public:
    DiagnosisPanel(const ViewContext& context, QWidget* parent);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void build();
    void refresh();
    void fillFaults(const TableFaults& faults);
    void addFaults(const QString& title, const TensorFaults& faults);
    void showDetails(bool open);
    void copy() const;

    const Workspace& m_workspace;
    Intents& m_intents;
    QLabel* m_title;
    QLabel* m_advice;
    QLabel* m_problem;
    QLabel* m_summary;
    QToolButton* m_details;
    QPushButton* m_copy;
    QTreeWidget* m_faults;
};

} // namespace espalier
