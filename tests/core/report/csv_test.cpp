// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/csv.h"

#include <gtest/gtest.h>

#include <limits>

namespace espalier {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Csv, LineChartListsEveryPointOfEverySeries)
{
    LineChart chart;
    chart.xTitle = "step";
    chart.yTitle = "loss";
    chart.yUnit = "nats";
    chart.series = {{.id = "a", .title = "random", .x = {0, 10}, .y = {4.5, kNan}},
        {.id = "b", .title = "sub", .x = {0}, .y = {-kInf}}};
    EXPECT_EQ(
        toCsv(chart), "series,step,loss (nats)\r\nrandom,0,4.5\r\nrandom,10,nan\r\nsub,0,-inf\r\n");
}

TEST(Csv, BandColumnsAppearOnlyWhereASeriesHasThem)
{
    LineChart chart;
    chart.xTitle = "x";
    chart.yTitle = "y";
    chart.series = {{.id = "a", .title = "a", .x = {1}, .y = {2}, .low = {1.5}, .high = {2.5}},
        {.id = "b", .title = "b", .x = {1}, .y = {3}}};
    EXPECT_EQ(toCsv(chart), "series,x,y,low,high\r\na,1,2,1.5,2.5\r\nb,1,3,,\r\n");
}

TEST(Csv, FieldsWithCommasQuotesOrLineEndsAreQuoted)
{
    Table table;
    table.columns = {
        {.title = "name"}, {.title = "size", .unit = "B", .alignment = Alignment::Right}};
    table.rows = {{std::string("a,b"), std::int64_t{7}}, {std::string("say \"hi\""), 0.1},
        {std::string("two\nlines"), TableCell{}}};
    EXPECT_EQ(toCsv(table),
        "name,size (B)\r\n\"a,b\",7\r\n\"say \"\"hi\"\"\",0.1\r\n\"two\nlines\",\r\n");
}

TEST(Csv, HeatmapUsesLabelsOrNumbers)
{
    Heatmap map;
    map.rowTitle = "layer";
    map.rows = 2;
    map.columns = 2;
    map.values = {1.0F, 2.0F, 0.1F, std::numeric_limits<float>::quiet_NaN()};
    map.rowLabels = {"first", "second"};
    EXPECT_EQ(toCsv(map), "layer,0,1\r\nfirst,1,2\r\nsecond,0.1,nan\r\n");
}

TEST(Csv, HistogramListsBinsWithTheirEdges)
{
    HistogramChart chart;
    chart.histograms = {{.title = "before", .low = 0, .high = 1, .counts = {3, 5}}};
    EXPECT_EQ(toCsv(chart), "histogram,low,high,count\r\nbefore,0,0.5,3\r\nbefore,0.5,1,5\r\n");
}

TEST(Csv, BarChartHasAColumnPerPart)
{
    BarChart chart;
    chart.xTitle = "block";
    chart.categories = {"0", "1"};
    chart.parts = {{.title = "attention", .values = {0.5, 0.25}}, {.title = "mlp", .values = {1}}};
    EXPECT_EQ(toCsv(chart), "block,attention,mlp\r\n0,0.5,1\r\n1,0.25,\r\n");
}

} // namespace
} // namespace espalier
