// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// activation(values + bias), element by element. `bias` runs along the last axis, or is undefined.
/// GELUs overwrite values that nobody else holds (core/forward/gelu.h).
[[nodiscard]] at::Tensor activate(
    Activation activation, at::Tensor values, const at::Tensor& bias = {});

/// cap tanh(value / cap), which bounds values smoothly; a cap of 0 changes nothing.
[[nodiscard]] at::Tensor softCapped(const at::Tensor& values, double cap);

} // namespace espalier
