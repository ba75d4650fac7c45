// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/view.h"

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTableView;

namespace espalier {

class StateFrame;
class TensorTableModel;

/// Every tensor of the parent's files with its axes and its size in the destination; searchable.
class TensorsView : public View
{
    Q_OBJECT
public:
    TensorsView(const ViewContext& context, QWidget* parent);

private:
    void refreshState();
    void pick(const QModelIndex& index);

    TensorTableModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QLineEdit* m_filter = nullptr;
    QLabel* m_count = nullptr;
    QTableView* m_table = nullptr;
    StateFrame* m_frame = nullptr;
};

} // namespace espalier
