// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/block_list_model.h"

#include "core/report/dropped.h"
#include "widgets/format/number_format.h"

#include <cmath>

namespace espalier {

BlockListModel::BlockListModel(const Workspace& workspace, QObject* parent)
    : QAbstractListModel(parent)
    , m_workspace(workspace)
{
    connect(&workspace, &Workspace::modelChanged, this, &BlockListModel::rebuild);
    connect(&workspace, &Workspace::measurementsChanged, this, &BlockListModel::rebuild);
    connect(&workspace, &Workspace::planChanged, this, &BlockListModel::markDropped);
    rebuild();
}

void BlockListModel::rebuild()
{
    beginResetModel();
    m_rows = m_workspace.model() == nullptr
        ? std::vector<BlockRow>{}
        : blockRows(m_workspace.model()->config.shape, m_workspace.measurements());
    m_largestChange = 0;
    for (const BlockRow& row : m_rows)
        if (std::isfinite(row.change))
            m_largestChange = std::max(m_largestChange, row.change);
    endResetModel();
    markDropped();
}

void BlockListModel::markDropped()
{
    const auto plan = m_workspace.plan();
    m_dropped = plan ? droppedBlocks(*plan) : std::vector<bool>{};
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

int BlockListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

bool BlockListModel::isDropped(int row) const
{
    return row >= 0 && static_cast<std::size_t>(row) < m_dropped.size()
        && m_dropped[static_cast<std::size_t>(row)];
}

QVariant BlockListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const BlockRow& row = rowAt(index.row());
    if (role == Qt::DisplayRole)
        return tr("Block %1").arg(row.block);
    if (role == Qt::ToolTipRole || role == Qt::AccessibleDescriptionRole) {
        QStringList lines{isDropped(index.row()) ? tr("Block %1, dropped").arg(row.block)
                                                 : tr("Block %1").arg(row.block)};
        if (!std::isnan(row.change))
            lines << tr("changes the residual stream by r = %1").arg(formatValue(row.change, 3));
        if (!std::isnan(row.lossIncrease))
            lines << tr("loss without it: %1 nats more").arg(formatValue(row.lossIncrease, 3));
        return lines.join(QLatin1Char('\n'));
    }
    return {};
}

} // namespace espalier
