// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/block_report.h"

#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

TEST(BlockReport, ListsBlocksBeforeTheyAreMeasured)
{
    const std::vector<BlockRow> rows = blockRows(test::toyConfig().shape, nullptr);
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_TRUE(std::isnan(rows[3].change));
    EXPECT_TRUE(rows[0].scores.empty());
}

TEST(BlockReport, StatesWhatABlockCostsAndSortsItsScores)
{
    Measurements measured = test::toyMeasurements();
    measured.baseLoss = 2;
    measured.lossRemoved_L = {5, 2.5, 2.25, 3};
    const std::vector<BlockRow> rows = blockRows(test::toyConfig().shape, &measured);
    EXPECT_DOUBLE_EQ(rows[2].lossIncrease, 0.25);
    ASSERT_EQ(rows[0].scores.size(), 4u);
    EXPECT_FLOAT_EQ(rows[0].scores.front(), std::log10(4.0F));
    EXPECT_FLOAT_EQ(rows[0].scores.back(), 0.0F);
}

TEST(BlockReport, PartsOfABarAddUpToTheBlocksChange)
{
    Measurements measured = test::toyMeasurements();
    measured.attentionChange_L = {0.3, 0.2, 0.1, 0.3};
    measured.mlpChange_L = {0.6, 0.2, 0.1, 0.1};
    const BarChart chart = residualChangeChart(measured);
    ASSERT_EQ(chart.parts.size(), 2u);
    EXPECT_DOUBLE_EQ(chart.parts[0].values[0], 0.3);
    for (std::size_t l = 0; l < 4; ++l)
        EXPECT_DOUBLE_EQ(chart.parts[0].values[l] + chart.parts[1].values[l], measured.change_L[l]);
}

TEST(BlockReport, HasNoLossCurvesWithoutBlockLosses)
{
    EXPECT_TRUE(blockLossChart(test::toyMeasurements()).series.empty());
}

TEST(BlockReport, ShowsLossIncreasesOnALogarithmicAxisWhileMostArePositive)
{
    Measurements measured = test::toyMeasurements();
    measured.baseLoss = 2;
    measured.lossRemoved_L = {5, 2.5, 2.25, 3};
    const LineChart chart = blockLossChart(measured);
    ASSERT_EQ(chart.series.size(), 1u);
    EXPECT_EQ(chart.series[0].y, (std::vector<double>{3, 0.5, 0.25, 1}));
    EXPECT_TRUE(chart.logY);
    measured.lossRemoved_L = {5, 1.5, 1.75, 1};
    EXPECT_FALSE(blockLossChart(measured).logY);
}

} // namespace
} // namespace espalier
