// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"
#include "core/base/random.h"

#include <cstdint>
#include <vector>

namespace espalier {

// Pieces that methods share: which of n things to keep, and in which order. All results ascend, so
// that keeping everything is the identity; transformers do not mind the order (their axes are
// symmetric under permutation).

/// The `kept` largest scores; ties go to the lower index, NaN ranks below everything.
[[nodiscard]] std::vector<std::int64_t> highest(
    const std::vector<double>& scores, std::int64_t kept);

/// 0 … kept-1.
[[nodiscard]] std::vector<std::int64_t> firstOf(std::int64_t kept);

/// round(linspace(0, n-1, kept)), halves to even.
[[nodiscard]] std::vector<std::int64_t> spread(std::int64_t n, std::int64_t kept);

/// Evenly spaced: every n/kept-th if that is whole, else spread (weight selection's rule, Xu
/// et al. 2024, arXiv 2311.18823).
[[nodiscard]] std::vector<std::int64_t> strided(std::int64_t n, std::int64_t kept);

/// A random subset.
[[nodiscard]] std::vector<std::int64_t> randomSubset(std::int64_t n, std::int64_t kept, Seed seed);

/// Select, or Identity if all of the axis is kept in its order.
[[nodiscard]] AxisMap keep(std::int64_t parentLength, std::vector<std::int64_t> child_from_parent);

} // namespace espalier
