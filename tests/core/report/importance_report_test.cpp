// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/importance_report.h"

#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace espalier {
namespace {

ImportanceReport toyReport(ScoredAxis axis)
{
    return importanceReport(test::toyMeasurements(), test::toyConfig().shape, axis);
}

TEST(ImportanceReport, HasTheEmbeddingAndTwoRowsPerBlock)
{
    const ImportanceReport report = toyReport(ScoredAxis::Residual);
    EXPECT_EQ(report.map.rows, 9u);
    EXPECT_EQ(report.map.columns, 4u);
    EXPECT_EQ(report.blockOfRow, (std::vector<int>{-1, 0, 0, 1, 1, 2, 2, 3, 3}));
    EXPECT_FLOAT_EQ(report.map.at(0, 2), 0.4F);
    EXPECT_FLOAT_EQ(report.map.at(8, 2), 16.0F);
}

TEST(ImportanceReport, RanksChannelsByTheirSharedScore)
{
    EXPECT_EQ(toyReport(ScoredAxis::Residual).order, (std::vector<int>{2, 0, 3, 1}));
}

TEST(ImportanceReport, AveragesTheChannelsOfAHead)
{
    const ImportanceReport report = toyReport(ScoredAxis::Heads);
    EXPECT_EQ(report.map.columns, 2u);
    EXPECT_FLOAT_EQ(report.map.at(0, 0), 1.5F);
    EXPECT_FLOAT_EQ(report.map.at(0, 1), 3.5F);
    EXPECT_FLOAT_EQ(report.map.at(1, 0), 3.5F);
}

TEST(ImportanceReport, ShowsClassAttentionBlocksBehindTheTrunk)
{
    Measurements measured = test::toyMeasurements();
    ChannelScores& scores = measured.scores.at(std::string(kMeanAbs));
    scores.classContext_LC = test::matrixOf(1, 4, {1, 3, 5, 7});
    scores.classMlp_LM = test::matrixOf(1, 5, {1, 2, 3, 4, 5});
    ModelShape shape = test::toyConfig().shape;
    shape.classLayers = 1;
    shape.classMlp = 5;
    const ImportanceReport heads = importanceReport(measured, shape, ScoredAxis::Heads);
    EXPECT_EQ(heads.blockOfRow, (std::vector<int>{0, 1, 2, 3, 4}));
    EXPECT_EQ(heads.map.rowLabels.back(), "class 0");
    EXPECT_FLOAT_EQ(heads.map.at(4, 1), 6.0F);
    const ImportanceReport units = importanceReport(measured, shape, ScoredAxis::Mlp);
    EXPECT_EQ(units.map.rows, 5U);
    EXPECT_EQ(units.map.columns, 5U);
    EXPECT_FLOAT_EQ(units.map.at(4, 4), 5.0F);
    EXPECT_TRUE(std::isnan(units.map.at(0, 3))) << "the trunk's blocks have three";
    EXPECT_EQ(sortedWithinRows(units).neuronAt(4, 0), 4);
    EXPECT_EQ(importanceReport(measured, shape, ScoredAxis::Residual).map.rows, 9U);
}

TEST(ImportanceReport, SortsEachBlockOnItsOwnAndRemembersWhoIsWho)
{
    const ImportanceReport sorted = sortedWithinRows(toyReport(ScoredAxis::Mlp));
    EXPECT_FLOAT_EQ(sorted.map.at(0, 0), 0.9F);
    EXPECT_EQ(sorted.neuronAt(0, 0), 2);
    EXPECT_EQ(sorted.neuronAt(3, 2), 1);
    std::vector<bool> flags(12, false);
    flags[2] = true; // unit 2 of block 0 comes first
    EXPECT_TRUE(inCellOrder(sorted, flags)[0]);
    EXPECT_FALSE(inCellOrder(sorted, flags)[2]);
}

TEST(ImportanceReport, PutsNaNLast)
{
    Measurements measured = test::toyMeasurements();
    measured.scores[std::string(kMeanAbs)].embedding_D[2] =
        std::numeric_limits<double>::quiet_NaN();
    const ImportanceReport report =
        importanceReport(measured, test::toyConfig().shape, ScoredAxis::Residual);
    EXPECT_EQ(report.order.back(), 2);
    EXPECT_TRUE(std::isnan(report.map.at(0, 2)));
}

TEST(ImportanceReport, ShowsTheMetricThatIsAskedFor)
{
    Measurements measured = test::toyMeasurements();
    measured.scores["wanda"].mlp_LM = test::matrixOf(1, 3, {1, 3, 2});
    const ModelShape shape = test::toyConfig().shape;
    const ImportanceReport units = importanceReport(measured, shape, ScoredAxis::Mlp, "wanda");
    EXPECT_EQ(units.order, (std::vector<int>{1, 2, 0}));
    EXPECT_EQ(units.map.valueTitle, "wanda");
    EXPECT_EQ(importanceReport(measured, shape, ScoredAxis::Residual, "wanda").map.rows, 0u);
    EXPECT_EQ(importanceReport(measured, shape, ScoredAxis::Mlp, "taylor").map.rows, 0u);
}

TEST(ImportanceReport, MeasuresTheTailAgainstTheMedian)
{
    // Shared scores are proportional to about 3, 1, 4, 2: the largest is 1.6 of the median.
    EXPECT_NEAR(tailRatio(toyReport(ScoredAxis::Residual)), 1.6, 0.01);
    EXPECT_TRUE(std::isnan(tailRatio(importanceReport({}, {}, ScoredAxis::Residual))));
}

} // namespace
} // namespace espalier
