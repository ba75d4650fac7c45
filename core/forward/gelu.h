// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/gelu_loops.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// gelu(values + bias), with its gradient (Hendrycks and Gimpel 2016, arXiv 1606.08415; the tanh
/// form is GPT-2's "gelu_new"). `bias` runs along the last axis, or is undefined.
///
/// On a CPU in fp32 loops of our own do it in one pass each way: forward adds the bias and computes
/// value and derivative from one exponential, backward multiplies and sums the bias's gradient.
/// They differ from LibTorch by rounding alone and give the same bits for any number of threads.
/// Values that nobody else holds (std::move them in) are overwritten, which saves a third of the
/// memory traffic. Everything else is LibTorch's.
[[nodiscard]] at::Tensor gelu(GeluForm form, at::Tensor values, const at::Tensor& bias = {});

} // namespace espalier
