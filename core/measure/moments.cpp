// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/moments.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>

namespace espalier {

void addMoment(Matrix& sum_CC, const at::Tensor& rows_NC)
{
    const std::int64_t channels = rows_NC.size(1);
    if (sum_CC.values.empty())
        sum_CC = {channels, channels,
            std::vector<double>(static_cast<std::size_t>(channels * channels), 0.0)};
    at::from_blob(sum_CC.values.data(), {channels, channels}, at::kDouble)
        .add_(at::mm(rows_NC.t(), rows_NC));
}

void symmetrise(Matrix& sum_CC, double factor)
{
    const auto at = [&](std::int64_t row, std::int64_t col) -> double& {
        return sum_CC.values[static_cast<std::size_t>(row * sum_CC.cols + col)];
    };
    for (std::int64_t row = 0; row < sum_CC.rows; ++row)
        for (std::int64_t col = 0; col <= row; ++col)
            at(row, col) = at(col, row) = factor * (at(row, col) + at(col, row)) / 2;
}

double traceOf(const Matrix& moment_CC)
{
    double trace = 0;
    for (std::int64_t c = 0; c < moment_CC.cols; ++c)
        trace += moment_CC.at(c, c);
    return trace;
}

} // namespace espalier
