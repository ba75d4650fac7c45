// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/buttons.h"

#include "widgets/theme/theme.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>

namespace espalier {
namespace {

constexpr int kChipHeight = 24;
constexpr int kPrimaryHeight = 28;
constexpr QSize kChainSize(28, 20);
constexpr double kFocusRing = 1.5;

void paintFocusRing(QPainter& painter, const QRectF& shape, double radius, const QColor& colour)
{
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, kFocusRing));
    painter.drawRoundedRect(shape, radius, radius);
}

void repaintOnHover(QWidget& button, const QEvent& event)
{
    if (event.type() == QEvent::HoverEnter || event.type() == QEvent::HoverLeave
        || event.type() == QEvent::PaletteChange)
        button.update();
}

} // namespace

ChipButton::ChipButton(const QString& text, QWidget* parent)
    : QAbstractButton(parent)
{
    setText(text);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
}

QSize ChipButton::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(text()) + 24, kChipHeight};
}

void ChipButton::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF shape = QRectF(rect()).adjusted(0.75, 0.75, -0.75, -0.75);
    const double radius = shape.height() / 2;
    QColor fill = isChecked() ? theme.faint(theme.accent, 0.16) : theme.surface;
    if (isEnabled() && (underMouse() || isDown()))
        fill = theme.faint(theme.accent, isDown() ? 0.28 : 0.1);
    painter.setPen(QPen(isChecked() ? theme.accent
            : theme.isDark          ? theme.muted.darker(150)
                                    : theme.line.darker(115),
        1));
    painter.setBrush(fill);
    painter.drawRoundedRect(shape, radius, radius);
    if (hasFocus())
        paintFocusRing(painter, shape, radius, theme.accent);
    painter.setPen(isEnabled() ? (isChecked() ? theme.accent : theme.text) : theme.muted);
    painter.drawText(rect(), Qt::AlignCenter, text());
}

bool ChipButton::event(QEvent* event)
{
    repaintOnHover(*this, *event);
    return QAbstractButton::event(event);
}

ChainButton::ChainButton(QWidget* parent)
    : QAbstractButton(parent)
{
    setCheckable(true);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize ChainButton::sizeHint() const
{
    return kChainSize;
}

void ChainButton::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF shape = QRectF(rect()).adjusted(0.75, 0.75, -0.75, -0.75);
    if (underMouse() && isEnabled()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.faint(theme.accent, 0.16));
        painter.drawRoundedRect(shape, 4, 4);
    }
    if (hasFocus())
        paintFocusRing(painter, shape, 4, theme.accent);
    const QColor ink = !isEnabled() || !isChecked() ? theme.muted : theme.accent;
    painter.setPen(QPen(ink, 1.5));
    painter.setBrush(Qt::NoBrush);
    const QPointF middle = shape.center();
    // Open, the two links stand apart and their bar is gone.
    const double gap = isChecked() ? 1 : 3;
    const QSizeF link(7, 6);
    painter.drawRoundedRect(
        QRectF(middle - QPointF(gap + link.width(), link.height() / 2), link), 3, 3);
    painter.drawRoundedRect(QRectF(middle + QPointF(gap, -link.height() / 2), link), 3, 3);
    if (isChecked())
        painter.drawLine(middle - QPointF(4, 0), middle + QPointF(4, 0));
}

bool ChainButton::event(QEvent* event)
{
    repaintOnHover(*this, *event);
    return QAbstractButton::event(event);
}

PrimaryButton::PrimaryButton(const QString& text, QWidget* parent)
    : QPushButton(text, parent)
{
    setAttribute(Qt::WA_Hover);
}

QSize PrimaryButton::sizeHint() const
{
    return {std::max(88, fontMetrics().horizontalAdvance(text()) + 32), kPrimaryHeight};
}

void PrimaryButton::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF shape = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QColor fill = theme.accent;
    if (!isEnabled())
        fill = theme.line;
    else if (isDown())
        fill = theme.accent.darker(120);
    else if (underMouse())
        fill = theme.isDark ? theme.accent.lighter(110) : theme.accent.darker(108);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawRoundedRect(shape, 4, 4);
    const QColor onAccent = theme.isDark ? theme.background : theme.surface;
    if (hasFocus())
        paintFocusRing(painter, shape.adjusted(2.5, 2.5, -2.5, -2.5), 2, onAccent);
    painter.setPen(isEnabled() ? onAccent : theme.muted);
    painter.setFont(fonts::head());
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextShowMnemonic, text());
}

} // namespace espalier
