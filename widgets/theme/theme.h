// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"

#include <QColor>
#include <QFont>
#include <QList>
#include <QPalette>
#include <QPen>

class QApplication;

namespace espalier {

/// How one lane of a race is drawn: colour and dash differ, so that either alone is enough.
struct LaneStyle
{
    QColor colour;
    QList<qreal> dash; ///< in pen widths, empty for a solid line

    bool operator==(const LaneStyle&) const = default;
};

/// The palette as a value. Widgets ask Theme::of(palette()) when they paint and repaint on
/// QEvent::PaletteChange, so nothing has to be told about a theme.
struct Theme
{
    bool isDark = false;
    QColor background; ///< window
    QColor surface; ///< panels, plots
    QColor line; ///< hairlines
    QColor text;
    QColor muted; ///< secondary text, axis numbers
    QColor accent; ///< selection, primary button, everything of the destination
    QColor parent; ///< everything of the parent
    QColor warn;
    QColor error;
    QColor notANumber; ///< hatch of NaN cells

    [[nodiscard]] static Theme light();
    [[nodiscard]] static Theme dark();
    /// Light or dark, whichever the palette's window colour is nearer to.
    [[nodiscard]] static Theme of(const QPalette& palette);

    /// Every colour a Fusion widget asks for.
    [[nodiscard]] QPalette palette() const;
    [[nodiscard]] QColor grid() const; ///< the line colour at half strength, opaque
    [[nodiscard]] QColor faint(
        const QColor& colour, double strength) const; ///< colour over surface, opaque
    [[nodiscard]] LaneStyle lane(int index) const; ///< Okabe-Ito order, repeating; any index >= 0
    [[nodiscard]] QColor colour(PlotRole role, int lane) const;
    /// A cosmetic one-pixel pen; `lane` counts for PlotRole::Lane only.
    [[nodiscard]] QPen pen(PlotRole role, int lane) const;

    bool operator==(const Theme&) const = default;
};

/// Fusion, our palette, our text size. May be called again while widgets are open.
void applyTheme(QApplication& application, const Theme& theme);

/// Contrast of two opaque colours after WCAG 2: 1 to 21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);

/// The three sizes of text; the system font (digits of usual UI fonts are tabular).
namespace fonts {
[[nodiscard]] QFont text(); ///< 10 pt
[[nodiscard]] QFont head(); ///< 10 pt, semibold
[[nodiscard]] QFont number(); ///< 16 pt
[[nodiscard]] QFont axis(); ///< 9 pt, numbers at ticks and in cards
} // namespace fonts

/// Distances on the 4-pixel grid.
namespace space {
inline constexpr int kGroup = 4; ///< inside a control
inline constexpr int kControl = 8; ///< between controls
inline constexpr int kPanel = 12; ///< padding of a panel
inline constexpr int kSection = 16; ///< between sections
} // namespace space

} // namespace espalier
