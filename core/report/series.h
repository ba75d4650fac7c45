// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace espalier {

/// Whom a drawn thing belongs to; widgets turn it into a colour (parent blue, destination green,
/// lanes in order).
enum class PlotRole
{
    Lane,
    Parent,
    Destination,
    Muted
};

/// One line of a chart. `x` ascends; `y` has the same length and may hold NaN or infinities, which
/// are shown as such.
struct Series
{
    std::string id = {}; ///< stable key, e.g. the lane's id; unique within a chart
    std::string title = {}; ///< what the person reads at the end of the line
    std::vector<double> x = {};
    std::vector<double> y = {};
    std::vector<double> low = {}; ///< lower edge of an uncertainty band, empty or as long as x
    std::vector<double> high = {}; ///< upper edge, empty or as long as x
    std::string unit = {}; ///< unit of y where it differs from the chart's
    PlotRole role = PlotRole::Lane;
    int lane = -1; ///< colour and dash number of a Lane; -1: the series' position in the chart

    bool operator==(const Series&) const = default;
};

/// A horizontal line that gives a scale to the eye: entropy floor, chance, the parent's loss.
struct ReferenceLine
{
    double value = 0;
    std::string label = {};
    PlotRole role = PlotRole::Muted;

    bool operator==(const ReferenceLine&) const = default;
};

/// Lines over one x axis. Titles are without unit; units are appended in parentheses where they are
/// not empty.
struct LineChart
{
    std::string title = {};
    std::string xTitle = {};
    std::string xUnit = {};
    std::string yTitle = {};
    std::string yUnit = {};
    bool logX = false;
    bool logY = false;
    bool wholeX = false; ///< x counts things (blocks): ticks at whole numbers, points marked
    std::vector<Series> series = {};
    std::vector<ReferenceLine> references = {};

    bool operator==(const LineChart&) const = default;
};

/// One part of stacked bars, e.g. "attention"; one value per category, NaN where unknown.
struct BarPart
{
    std::string title = {};
    std::vector<double> values = {};
    PlotRole role = PlotRole::Lane;

    bool operator==(const BarPart&) const = default;
};

/// Bars that stack their parts, one per category (a block of the model).
struct BarChart
{
    std::string title = {};
    std::string xTitle = {};
    std::string yTitle = {};
    std::string yUnit = {};
    std::vector<std::string> categories = {};
    std::vector<BarPart> parts = {}; ///< from the bottom up
    std::vector<ReferenceLine> references = {};

    bool operator==(const BarChart&) const = default;
};

} // namespace espalier
