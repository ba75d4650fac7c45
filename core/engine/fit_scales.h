// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/methods/method.h"
#include "core/recipe/recipe.h"

namespace espalier {

/// Fits a plan's row factors on the samples that measuring with these settings would see
/// (core/training/scale_fitter.h). Errors: as there; data that cannot be opened: Refused; memory
/// for both models: Resource.
[[nodiscard]] Result<TransferPlan> fitScales(const Model& parent, TransferPlan plan,
    const MeasureSettings& settings, ScaleFit fit, const Progress& progress = {});

} // namespace espalier
