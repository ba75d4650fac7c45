// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace espalier {

// Sums over rows, added to one double per column. Short stretches of rows are summed in fp32, these
// in fp64: the same bits for any number of threads. `sums_C` has as many entries as columns.

void addSums(const at::Tensor& rows_NC, std::span<double> sums_C);
void addAbsoluteSums(const at::Tensor& rows_NC, std::span<double> sums_C); ///< of |value|
void addSquareSums(const at::Tensor& rows_NC, std::span<double> sums_C);

} // namespace espalier
