// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/number_edit.h"

namespace espalier {

NumberEdit::NumberEdit(const QString& title, const QString& toolTip, QWidget* parent)
    : QLineEdit(parent)
{
    setFixedWidth(kWidth);
    setAlignment(Qt::AlignRight);
    setAccessibleName(title);
    setToolTip(toolTip);
}

void NumberEdit::setNumber(TrainingNumber number)
{
    setText(QString::fromStdString(textOf(number)));
    setCursorPosition(0);
}

bool NumberEdit::isEmpty() const
{
    return text().trimmed().isEmpty();
}

Status NumberEdit::readInto(TrainingNumber number) const
{
    if (readNumber(text().trimmed().toStdString(), number))
        return {};
    return refused(tr("%1: found \"%2\", wanted a number")
                       .arg(accessibleName(), text().trimmed())
                       .toStdString());
}

} // namespace espalier
