// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace.h"

#include <QAbstractTableModel>

#include <map>

namespace espalier {

/// The parent's tensors as rows: name, part, axes, type, size, size in the destination, bytes.
class TensorTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        Type,
        ParentSize,
        Part,
        Axes,
        DestinationSize,
        Bytes,
        Shard,
        ColumnCount
    };
    static constexpr int kSortRole = Qt::UserRole;

    explicit TensorTableModel(const Workspace& workspace, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role) const override;

    [[nodiscard]] const TensorSummary* tensorAt(int row) const;

private:
    void readDestination();
    [[nodiscard]] QString text(const TensorSummary& tensor, int column) const;
    [[nodiscard]] QString axesOf(const TensorSummary& tensor) const;
    [[nodiscard]] QString destinationSize(const TensorSummary& tensor) const;

    const Workspace& m_workspace;
    std::map<std::string, std::vector<std::int64_t>>
        m_destinationSizes; ///< by disk name, blocks as block 0
    std::vector<bool> m_droppedBlocks;
};

} // namespace espalier
