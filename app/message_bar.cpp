// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/message_bar.h"

#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QPainter>
#include <QPushButton>

namespace espalier {

MessageBar::MessageBar(QWidget* parent)
    : QWidget(parent)
    , m_text(new QLabel(this))
    , m_button(new QPushButton(this))
    , m_close(new QPushButton(tr("Close"), this))
{
    auto* row = makeRow(space::kControl);
    row->setContentsMargins(space::kPanel, space::kGroup, space::kPanel, space::kGroup);
    setLayout(row);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row->addWidget(m_text, 1);
    row->addWidget(m_button);
    row->addWidget(m_close);
    hide();
    connect(m_button, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT accepted();
    });
    connect(m_close, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT closed();
    });
}

void MessageBar::show(Kind kind, const QString& text, const QString& button)
{
    m_kind = kind;
    m_text->setText(text);
    m_button->setText(button);
    m_button->setVisible(!button.isEmpty());
    setVisible(true);
    update();
}

QString MessageBar::text() const
{
    return isHidden() ? QString() : m_text->text();
}

void MessageBar::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    const QColor mark = m_kind == Kind::Problem ? theme.error : theme.parent;
    QPainter painter(this);
    painter.fillRect(rect(), theme.faint(mark, 0.10));
    painter.fillRect(QRect(0, 0, 3, height()), mark);
}

} // namespace espalier
