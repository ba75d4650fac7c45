// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/lane_columns.h"

#include <algorithm>
#include <array>

namespace espalier {
namespace {

using Column = LaneTableModel::Column;

/// What goes first into a narrow table.
constexpr auto kByRank =
    std::to_array<Column>({Column::Title, Column::ValidationLoss, Column::TrainLoss, Column::Steps,
        Column::Aids, Column::StepsToTarget, Column::LearningRate, Column::Time, Column::Speed});

bool saysSomething(Column column, const LaneColumnNeeds& needs)
{
    switch (column) {
    case Column::Aids:
        return needs.aids;
    case Column::TrainLoss:
    case Column::ValidationLoss:
    case Column::StepsToTarget:
    case Column::Speed:
    case Column::Time:
        return needs.raced;
    default:
        return true;
    }
}

} // namespace

int widthOf(LaneTableModel::Column column)
{
    switch (column) {
    case Column::Title:
        return 110;
    case Column::Aids:
        return 140;
    case Column::LearningRate:
    case Column::Time:
        return 60;
    case Column::Steps:
        return 80; // "300 / 300"
    case Column::ValidationLoss:
        return 84;
    default:
        return 76;
    }
}

int widthOf(const std::vector<LaneTableModel::Column>& columns)
{
    int sum = 0;
    for (const Column column : columns)
        sum += widthOf(column);
    return sum;
}

std::vector<LaneTableModel::Column> laneColumns(const LaneColumnNeeds& needs)
{
    std::vector<Column> columns;
    for (int i = 0; i < LaneTableModel::ColumnCount; ++i)
        if (const auto column = static_cast<Column>(i); saysSomething(column, needs))
            columns.push_back(column);
    return columns;
}

std::vector<LaneTableModel::Column> laneColumnsIn(int width, const LaneColumnNeeds& needs)
{
    std::vector<Column> columns;
    for (const Column column : kByRank) {
        if (!saysSomething(column, needs))
            continue;
        width -= widthOf(column);
        if (width < 0 && column != Column::Title)
            break;
        columns.push_back(column);
    }
    std::ranges::sort(columns);
    return columns;
}

} // namespace espalier
