// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/column_sums.h"

#include "core/base/expect.h"
#include "core/tensors/column_sum_loops.h"
#include "core/tensors/plain_tensor.h"
#include "core/tensors/row_parts.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/square.h>

namespace espalier {

namespace {

using Loop = void (*)(const float* x, float* sums, std::int64_t rows, std::int64_t columns);

at::Tensor partwiseSums(const at::Tensor& rows_NC, Loop add)
{
    const std::int64_t columns = rows_NC.size(1);
    const at::Tensor sums = partSums(rows_NC.size(0), columns);
    const float* const x = rows_NC.const_data_ptr<float>();
    float* const partial = sums.mutable_data_ptr<float>();
    overRowParts(
        rows_NC.size(0), columns, [=](std::int64_t part, std::int64_t first, std::int64_t count) {
            add(x + first * columns, partial + part * columns, count, columns);
        });
    return totalOf(sums);
}

/// `change` is what the loop does to each value, for tensors that it cannot walk through.
template <typename Change>
void addColumns(
    const at::Tensor& rows_NC, std::span<double> sums_C, Loop loop, const Change& change)
{
    ESPALIER_EXPECT(
        static_cast<std::size_t>(rows_NC.size(1)) == sums_C.size(), "one sum per column");
    const at::Tensor sums = isPlain(rows_NC)
        ? partwiseSums(rows_NC, loop)
        : at::sum(change(rows_NC), {0}, false, at::kDouble).to(at::kCPU);
    const double* const values = sums.const_data_ptr<double>();
    for (std::size_t c = 0; c < sums_C.size(); ++c)
        sums_C[c] += values[c];
}

} // namespace

void addSums(const at::Tensor& rows_NC, std::span<double> sums_C)
{
    addColumns(rows_NC, sums_C, addValues, [](const at::Tensor& rows) { return rows; });
}

void addAbsoluteSums(const at::Tensor& rows_NC, std::span<double> sums_C)
{
    addColumns(rows_NC, sums_C, addAbsolute, [](const at::Tensor& rows) { return rows.abs(); });
}

void addSquareSums(const at::Tensor& rows_NC, std::span<double> sums_C)
{
    addColumns(rows_NC, sums_C, addSquares, [](const at::Tensor& rows) { return rows.square(); });
}

} // namespace espalier
