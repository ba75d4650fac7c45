// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/hover_card.h"

#include <QFontMetricsF>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr double kPadding = 8;
constexpr double kSwatch = 12;
constexpr double kGap = 8;
constexpr double kDistance = 12; ///< from the anchor
constexpr std::size_t kMostRows = 16;

QPointF placed(const QRectF& bounds, QPointF anchor, QSizeF size)
{
    double x = anchor.x() + kDistance;
    if (x + size.width() > bounds.right())
        x = anchor.x() - kDistance - size.width();
    double y = anchor.y() + kDistance;
    if (y + size.height() > bounds.bottom())
        y = anchor.y() - kDistance - size.height();
    x = std::clamp(x, bounds.left(), std::max(bounds.left(), bounds.right() - size.width()));
    y = std::clamp(y, bounds.top(), std::max(bounds.top(), bounds.bottom() - size.height()));
    return {std::round(x), std::round(y)};
}

} // namespace

QStringList HoverCard::lines() const
{
    QStringList result;
    for (const CardRow& row : rows)
        result << (row.value.isEmpty() ? row.title
                                       : QString(row.title + QStringLiteral(": ") + row.value));
    return result;
}

void drawHoverCard(QPainter& painter, const Theme& theme, const QRectF& bounds, QPointF anchor,
    const HoverCard& card)
{
    if (card.isEmpty())
        return;
    const std::size_t shown = std::min(card.rows.size(), kMostRows);
    const QFont font = fonts::axis();
    const QFontMetricsF metrics(font);
    double titleWidth = 0;
    double valueWidth = 0;
    bool hasSwatch = false;
    for (std::size_t i = 0; i < shown; ++i) {
        titleWidth = std::max(titleWidth, metrics.horizontalAdvance(card.rows[i].title));
        valueWidth = std::max(valueWidth, metrics.horizontalAdvance(card.rows[i].value));
        hasSwatch = hasSwatch || card.rows[i].colour.isValid();
    }
    titleWidth = std::min(titleWidth, bounds.width() * 0.5);
    const double left = kPadding + (hasSwatch ? kSwatch + 6 : 0);
    const double rowHeight = std::ceil(metrics.height()) + 2;
    const double headHeight = card.heading.isEmpty() ? 0 : rowHeight + 2;
    const double rowsWidth =
        left + titleWidth + (valueWidth > 0 ? kGap * 2 + valueWidth : 0) + kPadding;
    const double headWidth = metrics.horizontalAdvance(card.heading) + 2 * kPadding;
    const QSizeF size(std::ceil(std::max(rowsWidth, headWidth)),
        std::ceil(headHeight + rowHeight * static_cast<double>(shown) + 2 * kPadding - 4));
    const QRectF box(placed(bounds, anchor, size), size);

    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(card.pinned ? theme.accent
            : theme.isDark          ? theme.muted.darker(150)
                                    : theme.line.darker(115),
        1));
    painter.setBrush(theme.surface);
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setFont(font);
    double top = box.top() + kPadding - 2;
    if (!card.heading.isEmpty()) {
        painter.setPen(theme.muted);
        painter.drawText(QRectF(box.left() + kPadding, top, box.width() - 2 * kPadding, rowHeight),
            Qt::AlignLeft | Qt::AlignVCenter, card.heading);
        top += headHeight;
    }
    for (std::size_t i = 0; i < shown; ++i, top += rowHeight) {
        const CardRow& row = card.rows[i];
        if (row.colour.isValid()) {
            painter.setPen(QPen(row.colour, 2));
            const double middle = std::round(top + rowHeight / 2);
            painter.drawLine(QPointF(box.left() + kPadding, middle),
                QPointF(box.left() + kPadding + kSwatch, middle));
        }
        painter.setPen(theme.text);
        const QRectF line(box.left() + left, top, box.width() - left - kPadding, rowHeight);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
            metrics.elidedText(row.title, Qt::ElideMiddle, std::ceil(titleWidth) + 1));
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, row.value);
    }
}

void drawHaloText(QPainter& painter, const Theme& theme, QPointF baseline, const QString& text,
    const QColor& colour)
{
    QPainterPath path;
    path.addText(baseline, painter.font(), text);
    QColor halo = theme.surface;
    halo.setAlphaF(0.85F);
    painter.strokePath(path, QPen(halo, 3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setPen(colour);
    painter.drawText(baseline, text);
}

} // namespace espalier
