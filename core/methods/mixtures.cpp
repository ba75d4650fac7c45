// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/mixtures.h"

#include <cmath>
#include <numeric>

namespace espalier {

std::vector<double> convexMixture(
    std::int64_t count, bool softmax, const CounterRng& rng, std::uint64_t first)
{
    std::vector<double> row(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double uniform = rng.uniform(first + i);
        row[i] = softmax ? std::exp(uniform) : uniform;
    }
    divideBySum(row);
    return row;
}

std::vector<double> oneHot(
    std::int64_t count, std::int64_t index, bool noisy, const CounterRng& rng, std::uint64_t first)
{
    constexpr double kNoise = 0.03;
    std::vector<double> row(static_cast<std::size_t>(count));
    if (noisy)
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] = kNoise * rng.uniform(first + i);
    row[static_cast<std::size_t>(index)] = 1;
    return row;
}

void divideBySum(std::vector<double>& row)
{
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (double& value : row)
        value /= sum;
}

} // namespace espalier
