// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/run_page.h"
#include "core/report/svg_chart.h"

#include <gtest/gtest.h>

#include <limits>

namespace espalier {
namespace {

RunLane laneOf(const std::string& title, const std::vector<double>& validation)
{
    RunLane lane;
    lane.id = title;
    lane.title = title;
    for (std::size_t i = 0; i < validation.size(); ++i) {
        const auto step = static_cast<double>(10 * i);
        lane.points.push_back({step, 0, 0, step, validation[i], validation[i]});
    }
    return lane;
}

std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

TEST(RunPage, SaysWhoReachedTheCommonLossFirst)
{
    EXPECT_EQ(outcomeOf({laneOf("random", {5, 4, 2.5}), laneOf("subcloned", {3, 2, 1})}),
        "subcloned reached 2.5000 nats at step 10, random at step 20.");
}

TEST(RunPage, ComparesNothingBeforeEveryLaneWasEvaluated)
{
    EXPECT_EQ(outcomeOf({laneOf("a", {5, 2}), laneOf("b", {5})}),
        "Not every lane has been evaluated yet, so there is nothing to compare.");
}

TEST(RunPage, EscapesWhatStrangersCallTheirLanes)
{
    const std::string page = runPage({laneOf("<script>x</script>", {5, 2})}, "a & b");
    EXPECT_EQ(page.find("<script>"), std::string::npos);
    EXPECT_NE(page.find("&lt;script&gt;x&lt;/script&gt;"), std::string::npos);
    EXPECT_NE(page.find("<title>a &amp; b</title>"), std::string::npos);
}

TEST(SvgChart, PutsTheLowestAndHighestValueOnTheEdgesOfThePlot)
{
    LineChart chart;
    chart.series.push_back({.id = "a", .title = "a", .x = {0, 10}, .y = {5, 0}});
    // Plot area: x from 64 to 860 - 132 = 728, y from 12 (top, 5) to 380 - 46 = 334 (bottom, 0).
    EXPECT_NE(svgOf(chart).find("d=\"M64.0 12.0L728.0 334.0\""), std::string::npos);
}

TEST(SvgChart, BreaksALineWhereAValueIsNotANumber)
{
    LineChart chart;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    chart.series.push_back({.id = "a", .title = "a", .x = {0, 1, 2, 3, 4}, .y = {1, 2, nan, 2, 1}});
    const std::string svg = svgOf(chart);
    const std::string path = svg.substr(svg.find("class=\"lane0\""));
    EXPECT_EQ(count(path.substr(0, path.find("/>")), "M"), 2u);
}

TEST(SvgChart, DrawsAMillionPointsAsAFewPerColumnAndKeepsTheSpike)
{
    Series series{.id = "a", .title = "a"};
    for (int i = 0; i < 1'000'000; ++i) {
        series.x.push_back(i);
        series.y.push_back(i == 500'123 ? 10 : i % 2);
    }
    LineChart chart;
    chart.series.push_back(std::move(series));
    const std::string svg = svgOf(chart);
    EXPECT_LT(svg.size(), 60'000u);
    EXPECT_NE(svg.find(" 12.0L"), std::string::npos) << "the value 10 lies on the upper edge";
}

TEST(SvgChart, DrawsNothingButAxesWithoutValues)
{
    LineChart chart;
    chart.series.push_back({.id = "a", .title = "a"});
    EXPECT_EQ(count(svgOf(chart), "class=\"lane"), 0u);
}

} // namespace
} // namespace espalier
