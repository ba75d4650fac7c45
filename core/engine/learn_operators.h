// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/methods/method.h"
#include "core/plan/learned_operators.h"
#include "core/recipe/recipe.h"

namespace espalier {

/// A plan whose operators were learned, and those.
struct LearnedStart
{
    TransferPlan plan;
    LearnedOperators operators;
};

/// Learns a plan's operators on training batches of the data (core/training/plan_learner.h).
/// Errors: as there; data that cannot be opened or have nothing to predict; memory for the
/// destination's weights, gradients and operators: Resource.
[[nodiscard]] Result<LearnedStart> learnOperators(const Model& parent, const TransferPlan& initial,
    const PlanLearning& settings, const DataSpec& data, Seed seed, const Progress& progress = {});

/// The plan with operators that were learned before. Refused if they are of another parent, method
/// or shape.
[[nodiscard]] Result<TransferPlan> withLearned(const Model& parent, const TransferPlan& initial,
    const LearnedOperators& learned, const Progress& progress = {});

} // namespace espalier
