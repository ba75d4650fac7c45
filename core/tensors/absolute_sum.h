// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace espalier {

/// Adds the sum over rows of |value| to one double per column. Rows are summed in fp32 within the
/// call. `sums` has as many entries as columns.
void addAbsoluteSums(const at::Tensor& rows_NC, std::span<double> sums_C);

} // namespace espalier
