// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace espalier {

struct GlyphPoint
{
    double x = 0.0; ///< to the right
    double y = 0.0; ///< down
};

/// A figure as line segments, points 2k and 2k + 1, within about one unit of the origin.
struct GlyphOutline
{
    std::vector<GlyphPoint> segments;
    bool isFilled = false; ///< inside by the even-odd rule; else strokes along the segments
    bool mayBeHollow =
        false; ///< a filled figure that is the same class when only its border is drawn
};

struct GlyphClass
{
    std::string_view name;
    GlyphOutline (*outline)();
};

/// The classes in the order of their labels.
[[nodiscard]] std::span<const GlyphClass> glyphClasses();

} // namespace espalier
