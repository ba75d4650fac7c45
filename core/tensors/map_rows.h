// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// A matrix as a CPU tensor of doubles, [rows, cols], and back from any floating type.
[[nodiscard]] at::Tensor tensorOf(const Matrix& matrix);
[[nodiscard]] Matrix matrixFrom(const at::Tensor& values);

/// One axis, lying first in `rows` [parent length, cols], made into the destination's by a face of
/// its map (null: Identity). Differentiable, in the type of `rows`.
[[nodiscard]] at::Tensor mapRows(const at::Tensor& rows, const AxisMap* map, Side side);

} // namespace espalier
