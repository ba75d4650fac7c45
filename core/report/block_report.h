// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/plan/measurements.h"
#include "core/report/series.h"

#include <vector>

namespace espalier {

/// One line of the parent's block list. NaN where nothing was measured.
struct BlockRow
{
    int block = 0;
    double change = 0; ///< r_l = mean |f(x)| / |x + f(x)|
    double lossIncrease = 0; ///< loss without this block minus the loss of the whole model
    std::vector<float>
        scores; ///< log10 of the block's residual scores, falling, at most `sparkPoints`
};

/// One row per block of the shape, measured or not (`measurements` may be null).
[[nodiscard]] std::vector<BlockRow> blockRows(
    const ModelShape& shape, const Measurements* measurements, std::size_t sparkPoints = 64);

/// r_l of every block, split in proportion to what attention and MLP change on their own (section
/// 3, figure 2 top).
[[nodiscard]] BarChart residualChangeChart(const Measurements& measurements);

/// What block l's absence and repetition add to the whole model's loss (figure 2 bottom); on a
/// logarithmic axis if most of it is positive, for the first block outweighs the others. No series
/// if not measured.
[[nodiscard]] LineChart blockLossChart(const Measurements& measurements);

} // namespace espalier
