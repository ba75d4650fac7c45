// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensors/parameter_set.h"

namespace espalier {

/// The flavour's norm over the last axis with this gain and, in Layer norms, bias. Any shape
/// [..., D].
[[nodiscard]] at::Tensor norm(
    const ParameterSet& parameters, Role gain, Role bias, int block, const at::Tensor& stream_BTD);

/// x / sqrt(mean(x²) + normEpsilon) times (normGainOffset + gain), over the last axis.
[[nodiscard]] at::Tensor rmsNorm(
    const ParameterSet& parameters, Role gain, int block, const at::Tensor& values);

} // namespace espalier
