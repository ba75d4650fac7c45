// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace espalier {

/// Layer norm over the last axis (Ba et al. 2016, arXiv 1607.06450), with its gradients. On a CPU
/// in fp32 loops of our own: two passes over a row that lies in the first-level cache, gradients of
/// gain and bias in the same pass as that of the row; the same bits for any number of threads.
/// Everything else is LibTorch's.
[[nodiscard]] at::Tensor layerNorm(
    const at::Tensor& values, const at::Tensor& gain, const at::Tensor& bias, double epsilon);

} // namespace espalier
