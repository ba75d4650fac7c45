// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/histogram.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

ValueRange finiteRange(std::span<const float> values)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const float value : values) {
        if (!std::isfinite(value))
            continue;
        low = std::min(low, static_cast<double>(value));
        high = std::max(high, static_cast<double>(value));
    }
    return low <= high ? ValueRange{low, high} : ValueRange{};
}

Histogram makeHistogram(std::span<const float> values, std::size_t bins, ValueRange range)
{
    ESPALIER_EXPECT(bins > 0, "a histogram needs a bin");
    if (!(range.low < range.high)) {
        const double half = range.low == 0.0 ? 0.5 : std::abs(range.low) * 0.05;
        range = {range.low - half, range.low + half};
    }
    Histogram result;
    result.low = range.low;
    result.high = range.high;
    result.counts.assign(bins, 0);
    const double binsPerUnit = static_cast<double>(bins) / (range.high - range.low);
    double sum = 0;
    double squares = 0;
    for (const float single : values) {
        const double value = static_cast<double>(single);
        if (!std::isfinite(value)) {
            ++result.nonFinite;
            continue;
        }
        ++result.total;
        sum += value;
        squares += value * value;
        if (value < range.low || value > range.high)
            continue;
        const auto bin = static_cast<std::size_t>((value - range.low) * binsPerUnit);
        ++result.counts[std::min(bin, bins - 1)];
    }
    const double n = static_cast<double>(result.total);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    result.mean = result.total > 0 ? sum / n : nan;
    result.standardDeviation =
        result.total > 0 ? std::sqrt(std::max(0.0, squares / n - result.mean * result.mean)) : nan;
    return result;
}

} // namespace espalier
