// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/choose.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace espalier {

namespace {

/// round-half-to-even of a ratio, without trusting the floating-point environment.
std::int64_t roundHalfEven(double value)
{
    const double below = std::floor(value);
    const double rest = value - below;
    const auto whole = static_cast<std::int64_t>(below);
    if (rest == 0.5)
        return whole % 2 == 0 ? whole : whole + 1;
    return rest < 0.5 ? whole : whole + 1;
}

} // namespace

std::vector<std::int64_t> highest(const std::vector<double>& scores, std::int64_t kept)
{
    ESPALIER_EXPECT(kept >= 0 && kept <= static_cast<std::int64_t>(scores.size()),
        "cannot keep more than there is");
    const auto rank = [&](std::int64_t i) {
        const double score = scores[static_cast<std::size_t>(i)];
        return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
    };
    std::vector<std::int64_t> order = firstOf(static_cast<std::int64_t>(scores.size()));
    std::stable_sort(order.begin(), order.end(),
        [&](std::int64_t a, std::int64_t b) { return rank(a) > rank(b); });
    order.resize(static_cast<std::size_t>(kept));
    std::sort(order.begin(), order.end());
    return order;
}

std::vector<std::int64_t> firstOf(std::int64_t kept)
{
    std::vector<std::int64_t> order(static_cast<std::size_t>(kept));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return order;
}

std::vector<std::int64_t> spread(std::int64_t n, std::int64_t kept)
{
    std::vector<std::int64_t> order = firstOf(kept);
    for (std::int64_t& index : order)
        if (kept > 1)
            index = roundHalfEven(static_cast<double>(index) * static_cast<double>(n - 1)
                / static_cast<double>(kept - 1));
    return order;
}

std::vector<std::int64_t> strided(std::int64_t n, std::int64_t kept)
{
    if (n % kept != 0)
        return spread(n, kept);
    std::vector<std::int64_t> order = firstOf(kept);
    for (std::int64_t& index : order)
        index *= n / kept;
    return order;
}

std::vector<std::int64_t> randomSubset(std::int64_t n, std::int64_t kept, Seed seed)
{
    std::vector<std::int64_t> order = randomPermutation(n, seed);
    order.resize(static_cast<std::size_t>(kept));
    std::sort(order.begin(), order.end());
    return order;
}

AxisMap keep(std::int64_t parentLength, std::vector<std::int64_t> child_from_parent)
{
    const bool all = static_cast<std::int64_t>(child_from_parent.size()) == parentLength
        && std::is_sorted(child_from_parent.begin(), child_from_parent.end());
    return all ? AxisMap::identity(parentLength)
               : AxisMap::select(parentLength, std::move(child_from_parent));
}

} // namespace espalier
