// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace espalier {

/// Adds the sum over rows of |value| to one double per column. Short stretches of rows are summed
/// in fp32, these in fp64: the same bits for any number of threads. `sums` has as many entries as
/// columns.
void addAbsoluteSums(const at::Tensor& rows_NC, std::span<double> sums_C);

} // namespace espalier
