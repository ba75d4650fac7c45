// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme/theme.h"

#include <QPainter>
#include <QRectF>
#include <QString>

#include <vector>

namespace espalier {

/// The name of a line, where the line ends.
struct LineLabel
{
    QString text;
    PlotRole role = PlotRole::Lane;
    int lane = 0;
    double x = 0; ///< end of the line, pixels
    double y = 0;
};

/// Places for labels of height `spacing` as near to `wanted` as possible without overlap, inside
/// [top, bottom]. Same order as `wanted`; empty if they don't fit.
[[nodiscard]] std::vector<double> spreadLabels(
    const std::vector<double>& wanted, double spacing, double top, double bottom);

/// Width of the column of labels right of the plot, 0 if they should be a legend instead (too many
/// or too long).
[[nodiscard]] int labelColumnWidth(const std::vector<LineLabel>& labels, QSize plotSize);

void drawEndLabels(QPainter& painter, const Theme& theme, const QRectF& area,
    const std::vector<LineLabel>& labels);

/// A legend in rows from `origin` down, at most `width` wide; returns its height. Draws nothing
/// without painter.
int layoutLegend(QPainter* painter, const Theme& theme, QPointF origin, double width,
    const std::vector<LineLabel>& labels);

} // namespace espalier
