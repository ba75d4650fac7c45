// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"

#include <cstdint>

namespace espalier {

/// How a row of `from` samples becomes one of `to`: bicubic with a = -0.5 (Keys 1981), the kernel
/// widened where the row shrinks so that no sample is passed over, weights of each row summing to
/// 1. What torch's interpolate(mode="bicubic", antialias=True) computes. [to, from]
[[nodiscard]] Matrix resampledRow(std::int64_t from, std::int64_t to);

/// A table of positions of a grid of patches.
struct PositionGrid
{
    std::int64_t height = 0; ///< in patches
    std::int64_t width = 0;
};

/// A position table of another grid: the first `inFront` rows (class and distillation tokens) as
/// they are, the grid resampled along both sides, as timm's resample_abs_pos_embed does.
[[nodiscard]] AxisMap resampledPositions(
    const PositionGrid& from, const PositionGrid& to, std::int64_t inFront);

} // namespace espalier
