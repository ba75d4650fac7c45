// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// The activation, element by element.
[[nodiscard]] at::Tensor activate(Activation activation, const at::Tensor& values);

/// cap tanh(value / cap), which bounds values smoothly; a cap of 0 changes nothing.
[[nodiscard]] at::Tensor softCapped(const at::Tensor& values, double cap);

} // namespace espalier
