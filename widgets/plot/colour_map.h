// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plot/heatmap_plot.h"
#include "widgets/theme/theme.h"

#include <array>
#include <vector>

namespace espalier {

/// Where a value lies between the ends of a colour bar.
struct ValueScale
{
    ColourScale kind = ColourScale::Linear;
    double low = 0;
    double high = 1;

    /// In [0, 1], clamped; NaN for NaN. Logarithmic: values <= 0 are at 0.
    [[nodiscard]] double position(double value) const;
    [[nodiscard]] double value(double position) const;
    /// Values for about `count` ticks of the colour bar.
    [[nodiscard]] std::vector<double> ticks(int count) const;

    bool operator==(const ValueScale&) const = default;
};

/// The scale for data in [low, high]: symmetric about zero for signed data, positive for
/// logarithmic ones, which reach down to a 10 000th of the top: one channel that never speaks
/// would take the colours of all others.
[[nodiscard]] ValueScale valueScaleFor(ColourScale kind, bool isSigned, double low, double high);

/// 256 colours: viridis, or blue-neutral-red with the surface colour in the middle.
using ColourTable = std::array<QRgb, 256>;
[[nodiscard]] ColourTable colourTable(const Theme& theme, bool isSigned);

} // namespace espalier
