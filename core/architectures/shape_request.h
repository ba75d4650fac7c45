// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/shape_solver.h"

#include <array>
#include <cstdint>
#include <optional>

namespace espalier {

/// Sizes that somebody asked for, by Size.
using SizesGiven = std::array<std::optional<std::int64_t>, kAllSizes.size()>;

/// The parent's shape with these sizes, each taken literally; heads and mlp follow the width (by
/// the parent's ratios, as in withSize) unless they are given. Whether a method reaches it is for
/// checkRequest to say.
[[nodiscard]] ModelShape shapeWith(const ShapeBounds& bounds, const SizesGiven& sizes);

/// Any size may shrink or grow. `parent` must outlive the bounds.
[[nodiscard]] ShapeBounds anyShapeOf(const ModelConfig& parent);

/// Layers, width and mlp as far as they have to be named to come from `before` to `after`.
[[nodiscard]] SizesGiven sizesBetween(const ModelConfig& before, const ModelShape& after);

} // namespace espalier
