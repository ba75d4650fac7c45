// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace espalier {
namespace {

TEST(Histogram, CountsBinsMomentsAndNonFiniteValues)
{
    const std::vector<float> values = {0.0F, 0.5F, 1.0F, 2.5F,
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
    const Histogram histogram = makeHistogram(values, 2, {0, 1});
    EXPECT_EQ(histogram.counts, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(histogram.total, 4U);
    EXPECT_EQ(histogram.nonFinite, 2U);
    EXPECT_DOUBLE_EQ(histogram.mean, 1.0);
    EXPECT_DOUBLE_EQ(histogram.standardDeviation, std::sqrt((1 + 0.25 + 0 + 2.25) / 4));
}

TEST(Histogram, AConstantIsCountedInAWidenedRange)
{
    const std::vector<float> values = {2.0F, 2.0F};
    const Histogram histogram = makeHistogram(values, 4, finiteRange(values));
    EXPECT_LT(histogram.low, 2.0);
    EXPECT_GT(histogram.high, 2.0);
    EXPECT_EQ(
        histogram.counts[0] + histogram.counts[1] + histogram.counts[2] + histogram.counts[3], 2U);
}

TEST(Histogram, RangeOfNothingFiniteIsZero)
{
    const std::vector<float> values = {std::numeric_limits<float>::quiet_NaN()};
    EXPECT_EQ(finiteRange(values), (ValueRange{0, 0}));
}

} // namespace
} // namespace espalier
