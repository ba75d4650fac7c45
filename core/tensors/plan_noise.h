// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// The noise that a parameter's plan adds to what its terms gave (`signal`, fp32): see Noise. A
/// pure function of plan, seed and signal. The plan has terms.
[[nodiscard]] at::Tensor noiseFor(
    const ParameterPlan& plan, const at::Tensor& signal, const ModelShape& parentShape);

} // namespace espalier
