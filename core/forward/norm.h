// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensors/parameter_set.h"

namespace espalier {

/// The flavour's norm over the residual axis with this gain and bias. Any shape [..., D].
[[nodiscard]] at::Tensor norm(
    const ParameterSet& parameters, Role gain, Role bias, int block, const at::Tensor& stream_BTD);

} // namespace espalier
