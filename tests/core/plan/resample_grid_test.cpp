// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/resample_grid.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

void expectRows(const Matrix& found, const std::vector<std::vector<double>>& wanted)
{
    ASSERT_EQ(found.rows, static_cast<std::int64_t>(wanted.size()));
    for (std::size_t row = 0; row < wanted.size(); ++row)
        for (std::size_t col = 0; col < wanted[row].size(); ++col)
            EXPECT_NEAR(found.at(static_cast<std::int64_t>(row), static_cast<std::int64_t>(col)),
                wanted[row][col], 1e-8)
                << row << ", " << col;
}

TEST(ResampledRow, TheSameLengthIsTheSameRow)
{
    expectRows(resampledRow(3, 3), {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
}

TEST(ResampledRow, TwoSamplesBecomeThreeByTheKernelsValues)
{
    // The first new sample lies at 1/3, so 1/6 and 7/6 from the old ones: 15/16 and -25/432,
    // together 95/108. Outside, where the kernel finds nothing, weights are made up for.
    expectRows(resampledRow(2, 3), {{81.0 / 76, -5.0 / 76}, {0.5, 0.5}, {-5.0 / 76, 81.0 / 76}});
}

TEST(ResampledRow, AsTorchHasItWithAntialiasing) // interpolate(mode="bicubic", antialias=True)
{
    expectRows(resampledRow(2, 4),
        {{1.08823529, -0.08823529}, {0.79285714, 0.20714286}, {0.20714286, 0.79285714},
            {-0.08823529, 1.08823529}});
    expectRows(resampledRow(4, 2),
        {{0.45867769, 0.45867769, 0.11983471, -0.03719008},
            {-0.03719008, 0.11983471, 0.45867769, 0.45867769}});
    expectRows(resampledRow(3, 2),
        {{0.65008026, 0.39004815, -0.04012841}, {-0.04012841, 0.39004815, 0.65008026}});
}

TEST(ResampledPositions, TokensInFrontStayAndTheGridIsResampledAlongBothSides)
{
    const AxisMap map = resampledPositions({.height = 2, .width = 2}, {.height = 3, .width = 3}, 1);
    ASSERT_EQ(map.kind, AxisMap::Kind::Dense);
    EXPECT_EQ(map.parentLength, 5);
    EXPECT_EQ(map.childLength, 10);
    // timm's resample_abs_pos_embed of the table 7 | 0 0 / 0 16.
    const std::vector<double> table = {7, 0, 0, 0, 16};
    const std::vector<double> wanted = {
        7, 0.0693, -0.5263, -1.1219, -0.5263, 4, 8.5263, -1.1219, 8.5263, 18.1745};
    for (std::int64_t row = 0; row < 10; ++row) {
        double value = 0;
        for (std::int64_t col = 0; col < 5; ++col)
            value += map.write.at(row, col) * table[static_cast<std::size_t>(col)];
        EXPECT_NEAR(value, wanted[static_cast<std::size_t>(row)], 1e-4) << row;
    }
}

} // namespace
} // namespace espalier
