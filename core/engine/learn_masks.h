// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/methods/method.h"
#include "core/plan/learned_masks.h"
#include "core/recipe/recipe.h"

namespace espalier {

/// Learns masks for a shape on training batches of the data (core/training/mask_learner.h).
/// Errors: as there; data that cannot be opened or have nothing to predict; memory for the parent's
/// weights, twice, and their gradients: Resource.
[[nodiscard]] Result<LearnedMasks> learnMasks(const Model& parent, const ModelShape& target,
    const MaskLearning& settings, const DataSpec& data, Seed seed, const Progress& progress = {});

} // namespace espalier
