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

} // namespace espalier
