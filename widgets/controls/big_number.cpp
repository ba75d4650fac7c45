// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/big_number.h"

#include "widgets/theme/theme.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr int kScaleHeight = 28;
constexpr double kMarkRadius = 4;

int titleHeight()
{
    return QFontMetrics(fonts::axis()).height();
}
int numberHeight()
{
    return QFontMetrics(fonts::number()).height();
}

} // namespace

BigNumber::BigNumber(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(title)
    , m_number(QStringLiteral("—"))
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    describe();
}

void BigNumber::setTitle(const QString& title)
{
    m_title = title;
    describe();
}

void BigNumber::setNumber(const QString& number, const QString& unit, const QString& ratio)
{
    m_number = number;
    m_unit = unit;
    m_ratio = ratio;
    m_pending = false;
    describe();
}

void BigNumber::setScale(double value, std::vector<ScaleMark> marks)
{
    m_value = value;
    m_marks = std::move(marks);
    updateGeometry();
    describe();
}

void BigNumber::clearScale()
{
    setScale(0, {});
}

void BigNumber::reserveScale(bool reserved)
{
    m_reserved = reserved;
    updateGeometry();
}

void BigNumber::setPending(bool pending)
{
    m_pending = pending;
    update();
}

void BigNumber::describe()
{
    QString text = m_title + QStringLiteral(": ") + m_number;
    for (const QString& part : {m_unit, m_ratio}) {
        if (!part.isEmpty())
            text += QLatin1Char(' ') + part;
    }
    setAccessibleName(text);
    update();
}

QSize BigNumber::sizeHint() const
{
    const int width = QFontMetrics(fonts::number()).horizontalAdvance(m_number)
        + QFontMetrics(fonts::axis()).horizontalAdvance(m_unit + m_ratio) + 24;
    return {std::max(120, width),
        titleHeight() + numberHeight() + (m_reserved || m_marks.size() > 1 ? kScaleHeight : 0)};
}

QSize BigNumber::minimumSizeHint() const
{
    return {80, sizeHint().height()};
}

void BigNumber::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(fonts::axis());
    painter.setPen(theme.muted);
    painter.drawText(
        QRect(0, 0, width(), titleHeight()), Qt::AlignLeft | Qt::AlignVCenter, m_title);
    painter.drawText(QRect(0, titleHeight(), width(), numberHeight() - 2),
        Qt::AlignRight | Qt::AlignBottom, m_ratio);
    painter.setFont(fonts::number());
    painter.setPen(m_pending ? theme.muted : theme.text);
    const QRect line(0, titleHeight(), width(), numberHeight());
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_number);
    const int after = QFontMetrics(fonts::number()).horizontalAdvance(m_number) + 6;
    painter.setFont(fonts::axis());
    painter.setPen(theme.muted);
    painter.drawText(line.adjusted(after, 0, 0, -2), Qt::AlignLeft | Qt::AlignBottom, m_unit);
    if (m_marks.size() > 1)
        paintScale(painter, QRect(0, titleHeight() + numberHeight(), width(), kScaleHeight));
}

void BigNumber::paintScale(QPainter& painter, const QRect& area) const
{
    const Theme theme = Theme::of(palette());
    const auto byValue = [](const ScaleMark& a, const ScaleMark& b) {
        return a.value < b.value;
    };
    double low = std::min_element(m_marks.begin(), m_marks.end(), byValue)->value;
    double high = std::max_element(m_marks.begin(), m_marks.end(), byValue)->value;
    if (!(low < high))
        return;
    if (std::isfinite(m_value)) {
        low = std::min(low, m_value);
        high = std::max(high, m_value);
    }
    const double left = area.left() + kMarkRadius + 1;
    const double right = area.right() - kMarkRadius - 1;
    const auto x = [&](double value) {
        return left + (right - left) * (value - low) / (high - low);
    };
    const double y = area.top() + 7.5;
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(QPointF(left, y), QPointF(right, y));
    painter.setFont(fonts::axis());
    const QFontMetrics metrics(fonts::axis());
    std::vector<ScaleMark> marks = m_marks;
    std::stable_sort(marks.begin(), marks.end(), byValue);
    int freeFrom = area.left();
    for (const ScaleMark& mark : marks) {
        const QColor colour = theme.colour(mark.role, 0);
        painter.setPen(QPen(colour, 2));
        painter.drawLine(QPointF(x(mark.value), y - 4), QPointF(x(mark.value), y + 4));
        const int width = metrics.horizontalAdvance(mark.label);
        const int start = std::clamp(static_cast<int>(x(mark.value)) - width / 2, area.left(),
            std::max(area.left(), area.right() - width));
        if (start < freeFrom)
            continue;
        painter.setPen(colour);
        painter.drawText(QRect(start, area.top() + 12, width + 2, 16),
            Qt::AlignLeft | Qt::AlignVCenter, mark.label);
        freeFrom = start + width + 8;
    }
    if (!std::isfinite(m_value))
        return;
    painter.setPen(QPen(theme.surface, 1.5));
    painter.setBrush(theme.accent);
    painter.drawEllipse(QPointF(x(m_value), y), kMarkRadius, kMarkRadius);
}

} // namespace espalier
