// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme/theme.h"

#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QStringList>

#include <vector>

namespace espalier {

/// One line of a card; without colour there is no swatch.
struct CardRow
{
    QColor colour;
    QString title;
    QString value;
};

/// The little panel with exact values that plots show beside the mouse.
struct HoverCard
{
    QString heading;
    std::vector<CardRow> rows;
    bool pinned = false;

    [[nodiscard]] bool isEmpty() const
    {
        return heading.isEmpty() && rows.empty();
    }
    /// "title: value" per row.
    [[nodiscard]] QStringList lines() const;
};

/// Draws the card beside `anchor`, inside `bounds`.
void drawHoverCard(QPainter& painter, const Theme& theme, const QRectF& bounds, QPointF anchor,
    const HoverCard& card);

/// Text on the picture that stays readable over lines: drawn with a halo in the surface colour.
void drawHaloText(QPainter& painter, const Theme& theme, QPointF baseline, const QString& text,
    const QColor& colour);

} // namespace espalier
