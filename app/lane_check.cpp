// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lane_check.h"

#include "app/convert.h"
#include "app/planner.h"
#include "core/engine/check_lane.h"

namespace espalier {

ModelConfig startOf(const Workspace& workspace, const RunLane& lane)
{
    return destinationConfig(workspace.model()->config, lane.recipe.shape);
}

Status checkLane(const Workspace& workspace, const RunLane& lane)
{
    if (const Result<TransferPlan> plan = Planner::plan(workspace, lane.recipe); !plan)
        return plan.error();
    return checkPlannedLane(specOf(lane), startOf(workspace, lane));
}

} // namespace espalier
