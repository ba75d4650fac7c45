// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

namespace espalier::bench {

/// Scores for whatever asks for some.
[[nodiscard]] Measurements scoresWithoutMeaning(const ModelShape& shape);

/// Half or twice the parent along every axis that the method reaches. `measurements` must outlive
/// it. Refused: methods that learn operators, which are of the weights' size.
[[nodiscard]] Result<PlanRequest> requestWithoutTraining(
    const Method& method, const ModelConfig& parent, const Measurements& measurements);

} // namespace espalier::bench
