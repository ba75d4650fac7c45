// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"

#include <ATen/core/Tensor.h>

namespace espalier {

// The hard concrete distribution of Louizos et al. 2018 (arXiv 1712.01312, section 2.2): gates that
// are often exactly 0 or 1 and still have a gradient. Stretched to (-0.1, 1.1), temperature 2/3.

/// One gate per logit, from the seed; differentiable in the logits.
///
///     z = clamp(1.2 sigmoid((log u - log(1 - u) + logit) / (2/3)) - 0.1, 0, 1)
[[nodiscard]] at::Tensor drawGates(const at::Tensor& logits, Seed seed);

/// The probability that each gate is not 0: sigmoid(logit - 2/3 log(0.1 / 1.1)).
[[nodiscard]] at::Tensor openProbability(const at::Tensor& logits);

} // namespace espalier
