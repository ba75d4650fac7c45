// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensors/parallel.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

namespace espalier {

/// Rows of a [rows, columns] array cut into stretches of a fixed length, so that sums over rows
/// don't depend on the number of threads.
constexpr std::int64_t kRowsPerPart = 64;
constexpr std::int64_t kLeastElementsPerThread = 1 << 14;

[[nodiscard]] inline std::int64_t partsOf(std::int64_t rows)
{
    return (rows + kRowsPerPart - 1) / kRowsPerPart;
}

/// work(part, first row, number of rows) for all parts, in parallel.
template <typename Work>
void overRowParts(std::int64_t rows, std::int64_t columns, const Work& work)
{
    const std::int64_t grain = 1 + kLeastElementsPerThread / (kRowsPerPart * (columns + 1));
    inParallel(partsOf(rows), grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t part = begin; part < end; ++part)
            work(part, part * kRowsPerPart, std::min(kRowsPerPart, rows - part * kRowsPerPart));
    });
}

/// Zeros, [parts, columns]: each part adds up its own rows in fp32.
[[nodiscard]] inline at::Tensor partSums(std::int64_t rows, std::int64_t columns)
{
    return at::zeros({partsOf(rows), columns}, at::kFloat);
}

/// The parts' sums added up in fp64. [columns]
[[nodiscard]] inline at::Tensor totalOf(const at::Tensor& sums_PC)
{
    return at::sum(sums_PC, {0}, false, at::kDouble);
}

} // namespace espalier
