// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/lane_delegate.h"

#include "widgets/theme/theme.h"

#include <QPainter>

namespace espalier {
namespace {

constexpr int kSwatch = 20;

} // namespace

void LaneDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    // An empty decoration keeps the place of the swatch.
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->decorationSize = QSize(kSwatch, 8);
}

void LaneDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const LaneStyle style = Theme::of(option.palette).lane(index.row());
    QPen pen(style.colour, 2);
    pen.setCapStyle(Qt::FlatCap);
    if (!style.dash.isEmpty())
        pen.setDashPattern(style.dash);
    painter->save();
    painter->setPen(pen);
    const int y = option.rect.center().y();
    painter->drawLine(option.rect.left() + 4, y, option.rect.left() + kSwatch, y);
    painter->restore();
}

} // namespace espalier
