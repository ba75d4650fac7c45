// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace espalier {

class BlockListModel;

/// Draws a block: number, sparkline of its sorted neuron scores, bar and value of r; dropped blocks
/// are hatched.
class BlockDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    BlockDelegate(const BlockListModel& model, QObject* parent);

    void setHovered(int row)
    {
        m_hovered = row;
    }
    /// Rows become a little lower if all of them fit into `room` pixels then.
    void fit(int rows, int room);
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(
        const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    const BlockListModel& m_model;
    int m_hovered = -1;
    int m_height;
};

} // namespace espalier
