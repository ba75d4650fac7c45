// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"

#include <string>

namespace espalier {

/// Pixels of the whole drawing.
struct SvgSize
{
    double width = 860;
    double height = 380;
};

/// The chart as one <svg> element: left and bottom axis, light grid, lines that end in their own
/// title, reference lines. Colours are CSS classes (axis, grid, label, reference, lane0 … lane7),
/// so that the page around it decides on light and dark. Points that are not finite break a line; a
/// line with more points than columns is drawn by the lowest and highest value of each column.
[[nodiscard]] std::string svgOf(const LineChart& chart, const SvgSize& size = {});

/// Text with &, <, > and quotes escaped, for HTML and SVG.
[[nodiscard]] std::string escapedForHtml(std::string_view text);

} // namespace espalier
