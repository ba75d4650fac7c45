// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/recipe/recipe.h"

#include <cstdint>

namespace espalier {

// The training samples that measuring and fitting look at: the first ones, `settings.batch` at a
// time.

[[nodiscard]] std::int64_t calibrationBatches(const Dataset& data, const MeasureSettings& settings);
[[nodiscard]] Batch calibrationBatch(
    const Dataset& data, const MeasureSettings& settings, std::int64_t i);

} // namespace espalier
