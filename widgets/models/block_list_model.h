// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/block_report.h"
#include "widgets/workspace.h"

#include <QAbstractListModel>

namespace espalier {

/// The parent's blocks as rows, with what was measured of each and whether the destination keeps
/// it.
class BlockListModel : public QAbstractListModel
{
    Q_OBJECT
public:
    explicit BlockListModel(const Workspace& workspace, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

    [[nodiscard]] const BlockRow& rowAt(int row) const
    {
        return m_rows[static_cast<std::size_t>(row)];
    }
    [[nodiscard]] bool isDropped(int row) const;
    [[nodiscard]] double largestChange() const
    {
        return m_largestChange;
    } ///< of all blocks; 0 without data

private:
    void rebuild();
    void markDropped();

    const Workspace& m_workspace;
    std::vector<BlockRow> m_rows;
    std::vector<bool> m_dropped;
    double m_largestChange = 0;
};

} // namespace espalier
