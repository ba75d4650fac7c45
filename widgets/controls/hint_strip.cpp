// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/hint_strip.h"

#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

namespace espalier {

HintStrip::HintStrip(QWidget* parent) : QWidget(parent), m_label(new QLabel(this))
{
    auto* close = new QToolButton(this);
    close->setText(QStringLiteral("×"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this hint for good"));
    close->setAccessibleName(tr("Close hint"));
    m_label->setTextFormat(Qt::PlainText);
    m_label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(space::kPanel, space::kGroup, space::kGroup, space::kGroup);
    layout->setSpacing(space::kControl);
    layout->addWidget(m_label, 1);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, [this] {
        hide();
        Q_EMIT closed();
    });
}

void HintStrip::setText(const QString& text)
{
    m_label->setText(text);
    m_label->setToolTip(text);
    setAccessibleName(text);
}

QString HintStrip::text() const { return m_label->text(); }

void HintStrip::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.faint(theme.accent, 0.12));
    painter.fillRect(QRect(0, 0, 3, height()), theme.accent);
}

} // namespace espalier
