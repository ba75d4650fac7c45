// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/absolute_sum.h"

#include "core/base/expect.h"
#include "core/tensors/absolute_sum_loop.h"
#include "core/tensors/plain_tensor.h"
#include "core/tensors/row_parts.h"

#include <ATen/ops/abs.h>

namespace espalier {

namespace {

at::Tensor absoluteSums(const at::Tensor& rows_NC)
{
    if (!isPlain(rows_NC))
        return rows_NC.abs().sum(0, false, at::kDouble).to(at::kCPU);
    const std::int64_t columns = rows_NC.size(1);
    const at::Tensor sums = partSums(rows_NC.size(0), columns);
    const float* const x = rows_NC.const_data_ptr<float>();
    float* const partial = sums.mutable_data_ptr<float>();
    overRowParts(
        rows_NC.size(0), columns, [=](std::int64_t part, std::int64_t first, std::int64_t count) {
            addAbsolute(x + first * columns, partial + part * columns, count, columns);
        });
    return totalOf(sums);
}

} // namespace

void addAbsoluteSums(const at::Tensor& rows_NC, std::span<double> sums_C)
{
    const at::Tensor sums = absoluteSums(rows_NC);
    ESPALIER_EXPECT(static_cast<std::size_t>(sums.numel()) == sums_C.size(), "one sum per column");
    const double* const values = sums.const_data_ptr<double>();
    for (std::size_t c = 0; c < sums_C.size(); ++c)
        sums_C[c] += values[c];
}

} // namespace espalier
