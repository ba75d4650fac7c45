// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/forms/choice_box.h"

namespace espalier {

/// All methods, grouped into shrink, grow and control.
class MethodBox : public ChoiceBox
{
    Q_OBJECT
public:
    explicit MethodBox(QWidget* parent = nullptr);

    void setMethod(const QString& id);

Q_SIGNALS:
    /// A person chose it.
    void methodChosen(const QString& id);
};

} // namespace espalier
