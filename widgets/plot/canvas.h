// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme/theme.h"

#include <QRectF>
#include <QString>

#include <functional>

class QCPAxis;
class QCustomPlot;
class QPainter;
class QWidget;

namespace espalier {

// What all plots share on top of QCustomPlot. Internal to widgets/plot.

enum class AxisKind
{
    Linear,
    Whole,
    Logarithmic
};

/// A plot with left and bottom axis, light grid and no legend, fast settings, keyboard focus left
/// to the parent.
[[nodiscard]] QCustomPlot* makeCanvas(QWidget* parent);
void recolourCanvas(QCustomPlot& plot, const Theme& theme);
/// Wheel zooms, drag pans, shift-drag boxes.
void enableNavigation(QCustomPlot& plot);

/// Draws with `paint` in widget pixels as part of `layer`, also into exported pictures.
void addPainter(QCustomPlot& plot, const QString& layer, std::function<void(QPainter&)> paint);
/// A layer that can be redrawn alone (redrawLayer), above `below`.
void addBufferedLayer(QCustomPlot& plot, const QString& name, const QString& below);
void redrawLayer(QCustomPlot& plot, const QString& name);

/// Four to six ticks, thousands separators, SI prefixes.
void setAxisKind(QCPAxis& axis, AxisKind kind);
/// Ticks at 0 ... labels-1, thinned out so that they fit.
void setAxisLabels(QCPAxis& axis, const std::function<QString(int)>& label, int count);

[[nodiscard]] QRectF plotArea(const QCustomPlot& plot);

namespace layers {
inline const QString kMain = QStringLiteral("main");
inline const QString kNotes = QStringLiteral("notes"); ///< labels and markers above the data
inline const QString kVeil = QStringLiteral("veil"); ///< buffered
inline const QString kOverlay = QStringLiteral("overlay"); ///< buffered: cursor, hover card
} // namespace layers

} // namespace espalier
