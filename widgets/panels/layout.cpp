// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/layout.h"

#include "widgets/controls/elided_label.h"
#include "widgets/theme/theme.h"

namespace espalier {

QLabel* makeHead(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setFont(fonts::head());
    label->setTextFormat(Qt::PlainText);
    return label;
}

QLabel* makeMuted(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    // The placeholder colour is the palette's secondary text.
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QLabel* makeNote(QWidget* parent)
{
    auto* label = new ElidedLabel(parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QVBoxLayout* makeColumn(QWidget* owner, int margin, int spacing)
{
    auto* column = new QVBoxLayout(owner);
    column->setContentsMargins(margin, margin, margin, margin);
    column->setSpacing(spacing);
    return column;
}

QHBoxLayout* makeRow(int spacing)
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(spacing);
    return row;
}

} // namespace espalier
