// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/intents.h"

#include <QAbstractTableModel>

namespace espalier {

/// The lanes of a race as rows. Title, learning rate and steps can be edited until the race starts;
/// edits are intents.
class LaneTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Title,
        Aids, ///< what goes with the start
        LearningRate,
        Steps,
        TrainLoss,
        ValidationLoss,
        StepsToTarget,
        Speed,
        Time,
        ColumnCount
    };

    explicit LaneTableModel(const ViewContext& context, QObject* parent = nullptr);

    /// Whether something goes with any lane's start.
    [[nodiscard]] bool hasAids() const;
    /// Whether a double click edits a cell of this column in place.
    [[nodiscard]] static bool isEditedInPlace(int column)
    {
        return column == Title || column == LearningRate || column == Steps;
    }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role) const override;

private:
    void refreshRows();
    [[nodiscard]] QString text(const RunLane& lane, const LaneFigures& figures, int column) const;
    [[nodiscard]] QString stepText(const RunLane& lane, const LaneFigures& figures) const;

    const Workspace& m_workspace;
    Intents& m_intents;
    std::optional<double> m_target;
    std::vector<LaneFigures> m_figures;
};

[[nodiscard]] QString titleOf(LaneProgress progress);

} // namespace espalier
