// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/block_delegate.h"

#include "widgets/format/number_format.h"
#include "widgets/models/block_list_model.h"
#include "widgets/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier {
namespace {

constexpr int kHeight = 24;
constexpr int kLowest = 16;

/// Falling scores from the left; the highest point of all blocks touches the top.
void paintSpark(
    QPainter& painter, const QRectF& area, const std::vector<float>& scores, const QColor& colour)
{
    if (scores.size() < 2)
        return;
    const float high = scores.front();
    const float low = scores.back();
    const double span = high > low ? static_cast<double>(high - low) : 1.0;
    QPainterPath line;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const double x = area.left()
            + area.width() * static_cast<double>(i) / static_cast<double>(scores.size() - 1);
        const double y =
            area.bottom() - area.height() * static_cast<double>(scores[i] - low) / span;
        i == 0 ? line.moveTo(x, y) : line.lineTo(x, y);
    }
    QPainterPath filled = line;
    filled.lineTo(area.bottomRight());
    filled.lineTo(area.bottomLeft());
    filled.closeSubpath();
    QColor shade = colour;
    shade.setAlphaF(0.16F);
    painter.fillPath(filled, shade);
    painter.setPen(QPen(colour, 1.2));
    painter.drawPath(line);
}

} // namespace

BlockDelegate::BlockDelegate(const BlockListModel& model, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_model(model)
    , m_height(kHeight)
{
}

QSize BlockDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const
{
    return {160, m_height};
}

void BlockDelegate::fit(int rows, int room)
{
    const int share = room / std::max(rows, 1);
    const int height = share < kLowest ? kHeight : std::min(share, kHeight);
    if (std::exchange(m_height, height) != height)
        Q_EMIT sizeHintChanged({});
}

void BlockDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme theme = Theme::of(option.palette);
    const BlockRow& row = m_model.rowAt(index.row());
    const bool dropped = m_model.isDropped(index.row());
    const QRect area = option.rect;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(area, theme.faint(theme.accent, 0.16));
    else if (m_hovered == index.row() || option.state.testFlag(QStyle::State_MouseOver))
        painter->fillRect(area, theme.faint(theme.muted, 0.10));

    const QColor ink = dropped ? theme.muted : theme.parent;
    painter->setFont(fonts::text());
    painter->setPen(dropped ? theme.muted : theme.text);
    painter->drawText(QRect(area.left() + 4, area.top(), 24, area.height()),
        Qt::AlignRight | Qt::AlignVCenter, QString::number(row.block));

    const int valueWidth = 44;
    const int barWidth = std::clamp(area.width() / 4, 32, 72);
    const int sparkLeft = area.left() + 40;
    const int barLeft = area.right() - valueWidth - barWidth;
    paintSpark(*painter,
        QRectF(sparkLeft, area.top() + 4, barLeft - sparkLeft - 12, area.height() - 8), row.scores,
        ink);
    if (dropped)
        painter->fillRect(
            QRect(sparkLeft, area.top() + 4, barLeft - sparkLeft - 12, area.height() - 8),
            QBrush(theme.faint(theme.muted, 0.5), Qt::BDiagPattern));
    if (!std::isnan(row.change) && m_model.largestChange() > 0) {
        const int width = static_cast<int>(
            std::lround(barWidth * std::min(row.change / m_model.largestChange(), 1.0)));
        painter->fillRect(
            QRect(barLeft, area.center().y() - 3, barWidth, 7), theme.faint(theme.muted, 0.10));
        painter->fillRect(QRect(barLeft, area.center().y() - 3, std::max(width, 1), 7), ink);
        painter->setFont(fonts::axis());
        painter->setPen(theme.muted);
        painter->drawText(
            QRect(area.right() - valueWidth, area.top(), valueWidth - 4, area.height()),
            Qt::AlignRight | Qt::AlignVCenter, displayLocale().toString(row.change, 'f', 2));
    }
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(theme.accent);
        painter->drawRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5));
    }
    painter->restore();
}

} // namespace espalier
