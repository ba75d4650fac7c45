// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace espalier {

/// GELU's tanh form, x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x³))) (Hendrycks and Gimpel 2016,
/// arXiv 1606.08415; GPT-2's "gelu_new"), with its gradient. On a CPU in fp32 a loop of our own
/// computes both, with one exponential where LibTorch spends a full-precision tanh: that was a
/// tenth of a small model's training step. It differs from LibTorch by rounding alone. Everything
/// else is LibTorch's.
[[nodiscard]] at::Tensor geluTanh(const at::Tensor& values);

} // namespace espalier
