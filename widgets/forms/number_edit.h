// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/report/training_fields.h"

#include <QLineEdit>

namespace espalier {

/// A field for one number, typed as on the command line: 300, 0.001, 1e-05. All forms ask for
/// numbers with it.
class NumberEdit : public QLineEdit
{
    Q_OBJECT
public:
    static constexpr int kWidth = 76;

    /// `title` names it to screen readers and in refusals.
    NumberEdit(const QString& title, const QString& toolTip, QWidget* parent = nullptr);

    void setNumber(TrainingNumber number);
    [[nodiscard]] bool isEmpty() const;
    /// What was typed. Refused, with nothing written: no number of this kind.
    [[nodiscard]] Status readInto(TrainingNumber number) const;
};

} // namespace espalier
