// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// Adds the sum over rows of x x' to a sum in fp64, which is made when it is empty. A batch's
/// product is taken in fp32.
void addMoment(Matrix& sum_CC, const at::Tensor& rows_NC);

/// Each entry and its mirror image replaced by factor times their mean: products differ from their
/// transposes in the last bit.
void symmetrise(Matrix& sum_CC, double factor);

[[nodiscard]] double traceOf(const Matrix& moment_CC);

} // namespace espalier
