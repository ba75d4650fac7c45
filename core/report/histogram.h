// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace espalier {

/// How often values fall into equal bins of [low, high]; the last bin includes `high`.
struct Histogram
{
    std::string title = {};
    PlotRole role = PlotRole::Lane;
    double low = 0;
    double high = 0;
    std::vector<std::uint64_t> counts = {};
    std::uint64_t total = 0; ///< finite values, in and out of range
    std::uint64_t nonFinite = 0;
    double mean = 0; ///< of all finite values; NaN if there are none
    double standardDeviation = 0; ///< of all finite values, population form; NaN if there are none

    [[nodiscard]] double binWidth() const
    {
        return counts.empty() ? 0.0 : (high - low) / static_cast<double>(counts.size());
    }

    bool operator==(const Histogram&) const = default;
};

/// Histograms drawn over each other, e.g. before and after a transfer.
struct HistogramChart
{
    std::string title = {};
    std::string xTitle = {};
    std::string xUnit = {};
    std::vector<Histogram> histograms = {};

    bool operator==(const HistogramChart&) const = default;
};

/// Smallest and largest finite value; both 0 if there is none.
struct ValueRange
{
    double low = 0;
    double high = 0;

    bool operator==(const ValueRange&) const = default;
};

[[nodiscard]] ValueRange finiteRange(std::span<const float> values);

/// Counts `values` in `bins` >= 1 equal bins of `range`; values outside are in `total` and in the
/// moments only. An empty range (low == high) is widened by 5 % (by a half about zero) so that its
/// one value is counted.
[[nodiscard]] Histogram makeHistogram(
    std::span<const float> values, std::size_t bins, ValueRange range);

} // namespace espalier
