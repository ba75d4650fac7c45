// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/absolute_sum.h"

#include "core/base/expect.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/sum.h>

namespace espalier {

void addAbsoluteSums(const at::Tensor& rows_NC, std::span<double> sums_C)
{
    const at::Tensor sums = rows_NC.abs().sum(0).to(at::kCPU, at::kDouble);
    ESPALIER_EXPECT(static_cast<std::size_t>(sums.numel()) == sums_C.size(), "one sum per column");
    const double* const values = sums.const_data_ptr<double>();
    for (std::size_t c = 0; c < sums_C.size(); ++c)
        sums_C[c] += values[c];
}

} // namespace espalier
