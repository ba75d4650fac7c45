// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/shape_solver.h"

#include <QString>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

class QGridLayout;
class QLabel;
class QLineEdit;

namespace espalier {

/// One size of the task as TaskSizeEdits offers it.
struct TaskSizeSpec
{
    Size size = Size::Vocab;
    QString title;
    QString toolTip;
    std::int64_t value = 0;
    std::int64_t parentValue = 0;
    std::function<std::optional<ShapeViolation>(std::int64_t)> explain = {};
};

/// The task's sizes, two beside each other: numbers to type, for whoever needs others than the
/// parent's. The line below leads back to those, or says what forbids what was typed.
class TaskSizeEdits : public QWidget
{
    Q_OBJECT
public:
    explicit TaskSizeEdits(QWidget* parent = nullptr);

    /// Shows them without emitting.
    void setSpecs(std::vector<TaskSizeSpec> specs);
    /// Lets Tab go from `before` through the fields; new ones are last in their window without.
    void followInTabOrder(QWidget* before);
    /// Null if it is not offered.
    [[nodiscard]] QLineEdit* editor(Size size) const;
    /// The line below; empty while every size is the parent's.
    [[nodiscard]] QString note() const;

    /// As if typed: takes a legal value over, explains an illegal one.
    void enterText(Size size, const QString& text);

Q_SIGNALS:
    /// The user chose a legal value.
    void valueEdited(espalier::Size size, std::int64_t value);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Row
    {
        TaskSizeSpec spec;
        QLabel* label;
        QLineEdit* edit;
    };
    void build(const std::vector<TaskSizeSpec>& specs);
    void refresh();
    void explainRefusal(const QString& reason, const QString& nearest);
    void showNote(const QString& text, bool warns);
    void fitNote();

    QGridLayout* m_layout;
    std::vector<Row> m_rows;
    QLabel* m_note;
    bool m_warns = false; ///< the note does
};

} // namespace espalier
