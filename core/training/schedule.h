// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/recipe/recipe.h"

#include <cstdint>

namespace espalier {

/// Learning rate of training step `step` (0-based, 0 <= step < settings.steps): linear warm-up that
/// reaches learningRate with its last step, then half a cosine down to learningRate *
/// finalLearningRateShare at the last step. Source: Loshchilov & Hutter 2017 (SGDR, arXiv
/// 1608.03983), equation 5 without restarts.
[[nodiscard]] double learningRateAt(const TrainSettings& settings, std::int64_t step);

} // namespace espalier
