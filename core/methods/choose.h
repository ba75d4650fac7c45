// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"
#include "core/base/random.h"

#include <cstdint>
#include <string_view>
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

/// Evenly spaced: every n/kept-th if that is whole, else round(linspace(0, n-1, kept)), halves to
/// even (weight selection's rule, Xu et al. 2024, arXiv 2311.18823).
[[nodiscard]] std::vector<std::int64_t> strided(std::int64_t n, std::int64_t kept);

/// A random subset.
[[nodiscard]] std::vector<std::int64_t> randomSubset(std::int64_t n, std::int64_t kept, Seed seed);

/// Select, or Identity if all of the axis is kept in its order.
[[nodiscard]] AxisMap keep(std::int64_t parentLength, std::vector<std::int64_t> child_from_parent);

/// Which parent block each of `kept` destination blocks comes from.
///   middle  removed from the middle: the first ceil(kept/2) and the last floor(kept/2) stay
///   (Samragh et al., section 4.2) first, last  a contiguous run uniform  round(j (n-1) / (kept-1))
[[nodiscard]] std::vector<std::int64_t> keepBlocks(
    std::string_view rule, std::int64_t n, std::int64_t kept);

/// Drops the n - kept blocks with the lowest scores, never the first or last `protectedEnds` ones
/// (while others remain).
[[nodiscard]] std::vector<std::int64_t> keepBlocksByScore(
    const std::vector<double>& scores, std::int64_t kept, std::int64_t protectedEnds);

} // namespace espalier
