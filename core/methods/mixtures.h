// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"

#include <cstdint>
#include <vector>

namespace espalier {

// Rows of first guesses for learned operators, as LiGO's authors draw them; element i uses number
// `first` + i of the stream.

/// `count` numbers that sum to 1: uniform ones divided by their sum, or their softmax.
[[nodiscard]] std::vector<double> convexMixture(
    std::int64_t count, bool softmax, const CounterRng& rng, std::uint64_t first);

/// 1 at `index`; elsewhere 0 or, noisy, uniform in [0, 0.03).
[[nodiscard]] std::vector<double> oneHot(
    std::int64_t count, std::int64_t index, bool noisy, const CounterRng& rng, std::uint64_t first);

void divideBySum(std::vector<double>& row);

} // namespace espalier
