// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/option.h"

#include <QString>
#include <QWidget>

#include <functional>
#include <vector>

class QFormLayout;
class QLineEdit;

namespace espalier {

/// Controls for a method's options, made from their specs: switch, number, choice or list.
class OptionForm : public QWidget
{
    Q_OBJECT
public:
    explicit OptionForm(QWidget* parent = nullptr);

    /// Builds the rows anew; `specs` are copied.
    void setSpecs(std::vector<OptionSpec> specs);
    /// Lets Tab go from `before` through the rows; new rows are last in their window without.
    void followInTabOrder(QWidget* before);
    /// Shows these values (missing ones: the default) without emitting.
    void setOptions(const Options& options);

Q_SIGNALS:
    void optionEdited(const QString& key, const espalier::OptionValue& value);
    void refused(const QString& reason);

private:
    struct Row
    {
        OptionSpec spec;
        QWidget* editor = nullptr;
        std::function<void(const OptionValue&)> show;
    };
    [[nodiscard]] Row makeRow(const OptionSpec& spec);
    void makeSwitch(Row& row);
    void makeChoice(Row& row);
    [[nodiscard]] QLineEdit* makeList();
    /// Takes what is typed into `edit` when it is left or confirmed.
    void makeTyped(Row& row, QLineEdit* edit);
    void emitValue(const OptionSpec& spec, const OptionValue& value);
    void showRelevantRows(const Options& options);

    QFormLayout* m_layout;
    std::vector<Row> m_rows;
    bool m_showing = false;
};

} // namespace espalier
