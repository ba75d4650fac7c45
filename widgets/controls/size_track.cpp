// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/size_track.h"

#include "widgets/controls/size_slider.h"
#include "widgets/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr double kHandle = 7; ///< radius
constexpr double kMiddle = 12.5; ///< height of the line
constexpr double kMarkDistance = 4; ///< closer marks are left out
constexpr int kWheelStep = 120;

} // namespace

SizeTrack::SizeTrack(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void SizeTrack::setValues(
    const std::vector<std::int64_t>& legal, std::int64_t value, std::int64_t parentValue)
{
    m_legal = legal;
    m_value = value;
    m_parentValue = parentValue;
    update();
}

std::int64_t SizeTrack::lowest() const
{
    return std::min({m_legal.front(), m_parentValue, m_value});
}

std::int64_t SizeTrack::highest() const
{
    return std::max({m_legal.back(), m_parentValue, m_value});
}

double SizeTrack::xOf(std::int64_t value) const
{
    const double span = std::max(1.0, static_cast<double>(highest() - lowest()));
    return kHandle + 1 + (width() - 2 * kHandle - 2) * static_cast<double>(value - lowest()) / span;
}

std::int64_t SizeTrack::valueAt(double x) const
{
    const auto nearer = [&](std::int64_t a, std::int64_t b) {
        return std::abs(xOf(a) - x) < std::abs(xOf(b) - x);
    };
    return *std::min_element(m_legal.begin(), m_legal.end(), nearer);
}

void SizeTrack::step(int legalSteps)
{
    if (m_legal.empty() || legalSteps == 0)
        return;
    // From an illegal value the first step goes to the next legal one in that direction.
    const auto above = std::upper_bound(m_legal.begin(), m_legal.end(), m_value) - m_legal.begin();
    const auto notBelow =
        std::lower_bound(m_legal.begin(), m_legal.end(), m_value) - m_legal.begin();
    const std::ptrdiff_t from = legalSteps > 0 ? above - 1 : notBelow;
    const std::ptrdiff_t target = std::clamp<std::ptrdiff_t>(
        from + legalSteps, 0, static_cast<std::ptrdiff_t>(m_legal.size()) - 1);
    const std::int64_t value = m_legal[static_cast<std::size_t>(target)];
    if (value != m_value)
        Q_EMIT valueChosen(value, false);
}

void SizeTrack::paintEvent(QPaintEvent*)
{
    if (m_legal.empty())
        return;
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor groove = theme.isDark ? theme.muted.darker(170) : theme.line.darker(108);
    painter.setPen(QPen(groove, 2, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(xOf(lowest()), kMiddle), QPointF(xOf(highest()), kMiddle));
    painter.setPen(QPen(isEnabled() ? theme.accent : theme.muted, 2, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(xOf(lowest()), kMiddle), QPointF(xOf(m_value), kMiddle));

    painter.setPen(QPen(theme.muted, 1));
    double last = -100;
    for (const std::int64_t legal : m_legal) {
        const double x = std::round(xOf(legal)) + 0.5;
        if (x - last < kMarkDistance)
            continue;
        last = x;
        painter.drawLine(QPointF(x, kMiddle + 9), QPointF(x, kMiddle + 12));
    }
    const double parentX = std::round(xOf(m_parentValue));
    painter.setPen(QPen(theme.parent, 2));
    painter.drawLine(QPointF(parentX, kMiddle - 9), QPointF(parentX, kMiddle + 12));

    const bool active = isEnabled() && (underMouse() || m_dragging);
    painter.setPen(QPen(hasFocus() ? theme.text : theme.surface, hasFocus() ? 2 : 1.5));
    painter.setBrush(!isEnabled() ? theme.muted
            : active              ? theme.accent.lighter(112)
                                  : theme.accent);
    painter.drawEllipse(QPointF(xOf(m_value), kMiddle), kHandle - 0.5, kHandle - 0.5);
}

void SizeTrack::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_legal.empty())
        return;
    m_dragging = true;
    mouseMoveEvent(event);
}

void SizeTrack::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_dragging)
        return;
    const std::int64_t value = valueAt(event->position().x());
    if (value != m_value)
        Q_EMIT valueChosen(value, true);
}

void SizeTrack::mouseReleaseEvent(QMouseEvent* event)
{
    if (!m_dragging || event->button() != Qt::LeftButton)
        return;
    m_dragging = false;
    Q_EMIT valueChosen(m_value, false);
    update();
}

void SizeTrack::mouseDoubleClickEvent(QMouseEvent*)
{
    m_dragging = false;
    if (std::binary_search(m_legal.begin(), m_legal.end(), m_parentValue)) {
        Q_EMIT valueChosen(m_parentValue, false);
    } else if (!m_legal.empty()) {
        const std::vector<std::int64_t> near = nearestLegal(m_legal, m_parentValue);
        Q_EMIT valueChosen(near.back(), false);
    }
}

void SizeTrack::wheelEvent(QWheelEvent* event)
{
    if (!hasFocus()) {
        event->ignore(); // scrolling a panel must not change sizes on the way
        return;
    }
    m_wheel += event->angleDelta().y();
    step(m_wheel / kWheelStep);
    m_wheel %= kWheelStep;
    event->accept();
}

void SizeTrack::keyPressEvent(QKeyEvent* event)
{
    const int quarter = std::max(1, static_cast<int>(m_legal.size()) / 4);
    const int all = static_cast<int>(m_legal.size());
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down:
        step(-1);
        return;
    case Qt::Key_Right:
    case Qt::Key_Up:
        step(1);
        return;
    case Qt::Key_PageDown:
        step(-quarter);
        return;
    case Qt::Key_PageUp:
        step(quarter);
        return;
    case Qt::Key_Home:
        step(-all);
        return;
    case Qt::Key_End:
        step(all);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool SizeTrack::event(QEvent* event)
{
    switch (event->type()) {
    case QEvent::HoverEnter:
    case QEvent::HoverLeave:
    case QEvent::FocusIn:
    case QEvent::FocusOut:
    case QEvent::PaletteChange:
        update();
        break;
    default:
        break;
    }
    return QWidget::event(event);
}

} // namespace espalier
