// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/plan/transfer_plan.h"
#include "core/recipe/recipe.h"
#include "core/training/gates.h"

#include <cstdint>
#include <map>

namespace espalier {

/// How a stage makes its model of the one that trained up to it. Refused: unknown method or option,
/// a method that needs measurements or learning, a shape that it does not reach.
[[nodiscard]] Result<TransferPlan> planGrowth(const ModelConfig& before, const GrowthStage& stage);

/// What becomes of a model on its way.
struct GrownModel
{
    ModelConfig config; ///< at the end
    std::map<std::int64_t, NewMembers> newMembers = {}; ///< of stages with gates, by their step
};

/// Plans all stages of a training, so that a run does not fail on its way. Refused, naming the
/// stage: as planGrowth; steps out of order or beyond the run's; moments that cannot be carried,
/// gates that could not shut.
[[nodiscard]] Result<GrownModel> afterGrowth(
    const ModelConfig& start, const TrainSettings& settings);

} // namespace espalier
