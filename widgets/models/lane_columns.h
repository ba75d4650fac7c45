// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/lane_table_model.h"

#include <vector>

namespace espalier {

/// What a table of lanes has to show.
struct LaneColumnNeeds
{
    bool aids = false; ///< something goes with a lane's start
    bool raced = false; ///< there are figures
};

/// Pixels that a column needs.
[[nodiscard]] int widthOf(LaneTableModel::Column column);
/// Columns with something to say, in the table's order.
[[nodiscard]] std::vector<LaneTableModel::Column> laneColumns(const LaneColumnNeeds& needs);
/// Those of them that fit into `width` pixels: the lane's name always, then losses before progress
/// before settings before speed.
[[nodiscard]] std::vector<LaneTableModel::Column> laneColumnsIn(
    int width, const LaneColumnNeeds& needs);
/// Pixels that all of them need.
[[nodiscard]] int widthOf(const std::vector<LaneTableModel::Column>& columns);

} // namespace espalier
