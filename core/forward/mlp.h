// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/taps.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// down(activation(up(x))), or down(activation(gate(x)) * up(x)) where the flavour is gated.
/// [B, T, D]
[[nodiscard]] at::Tensor mlp(const ParameterSet& parameters, int block,
    const at::Tensor& normed_BTD, const TapObserver& observer = {});

} // namespace espalier
