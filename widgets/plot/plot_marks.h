// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"
#include "widgets/plot/hover_card.h"
#include "widgets/theme/theme.h"

#include <QFontMetricsF>
#include <QMargins>
#include <QPainter>
#include <QRectF>
#include <QString>

#include <functional>
#include <span>
#include <string>

class QCustomPlot;

namespace espalier {

// What several plots write on their pictures. Internal to widgets/plot.

inline constexpr QMargins kPlotMargins(12, 12, 16, 8); ///< around a plot without title and labels
inline constexpr int kPlotTitleHeight = 24;

/// Draws the title, if there is one; returns where the next line begins.
double drawPlotTitle(
    QPainter& painter, const Theme& theme, const QCustomPlot& plot, const std::string& title);

/// A title without as many of its first words, which qualify the last, as `length` pixels have no
/// room for: "training loss (nats)" becomes "loss (nats)". The last word and its unit stay.
[[nodiscard]] QString shortenedTitle(
    const QString& title, const QFontMetricsF& metrics, double length);

/// Where a line's name stands, and whether something runs beneath it.
struct NamePlace
{
    QRectF rect; ///< null: the line is too near both edges
    bool isCovered = false;
};

/// The first place for a name of this size above or below a line at height `y` that `isCovered`
/// leaves free: at the right end, where the axis holds no numbers and curves have come down, else
/// further left. Where none is free it stands above the right end all the same.
[[nodiscard]] NamePlace placeName(
    const QRectF& area, double y, QSizeF size, const std::function<bool(const QRectF&)>& isCovered);

/// Dotted lines with their names, which get a ground of the plot's colour where they cover
/// something.
void drawReferences(QPainter& painter, const Theme& theme, const QCustomPlot& plot,
    std::span<const ReferenceLine> references, const std::function<bool(const QRectF&)>& isCovered);

/// The card beside `anchor`, inside the picture.
void drawCardOn(QPainter& painter, const Theme& theme, const QCustomPlot& plot, QPointF anchor,
    const HoverCard& card);

} // namespace espalier
