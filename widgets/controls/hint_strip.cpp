// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/hint_strip.h"

#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>

namespace espalier {
namespace {

constexpr int kCloseWidth = 40;

} // namespace

HintStrip::HintStrip(QWidget* parent)
    : QWidget(parent)
{
    auto* close = new QToolButton(this);
    close->setText(QStringLiteral("×"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this hint for good"));
    close->setAccessibleName(tr("Close hint"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(space::kPanel, space::kGroup, space::kGroup, space::kGroup);
    layout->addStretch(1);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, [this] {
        hide();
        Q_EMIT closed();
    });
}

void HintStrip::setText(const QString& text)
{
    m_text = text;
    setToolTip(text);
    setAccessibleName(text);
    update();
}

QString HintStrip::text() const
{
    return m_text;
}

void HintStrip::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.faint(theme.accent, 0.12));
    painter.fillRect(QRect(0, 0, 3, height()), theme.accent);
    const QRect line = rect().adjusted(space::kPanel, 0, -kCloseWidth, 0);
    painter.setPen(theme.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
        fontMetrics().elidedText(m_text, Qt::ElideRight, line.width()));
}

} // namespace espalier
