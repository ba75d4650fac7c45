// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/report/training_fields.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QHBoxLayout;
class QLineEdit;
class QPushButton;

namespace espalier {

class NumberEdit;

/// How a lane trains and what goes with its start, in rows made from trainingFields(). Data, device
/// and growth are not asked for here and stay as they were shown.
class TrainingForm : public QWidget
{
    Q_OBJECT
public:
    explicit TrainingForm(QWidget* parent = nullptr);

    void setSettings(const TrainSettings& settings);
    /// As typed. Refused: what is no number, naming its row.
    [[nodiscard]] Result<TrainSettings> settings() const;
    [[nodiscard]] QString teacher() const; ///< empty: the parent
    void setTeacher(const QString& model);
    /// The editor of a field.
    [[nodiscard]] NumberEdit* editor(std::string_view key) const;

Q_SIGNALS:
    void edited();
    void teacherRequested(); ///< choose a folder

private:
    struct Row
    {
        const TrainingField* field;
        NumberEdit* edit;
    };
    [[nodiscard]] QWidget* makeColumnOf(std::span<const TrainingGroup> groups);
    void addGroup(QFormLayout& form, TrainingGroup group);
    void addField(QHBoxLayout& row, const TrainingField& field, const QString& title);
    void addProducts(QFormLayout& form);
    void addTeacher(QFormLayout& form);
    void follow();

    TrainSettings m_shown;
    std::vector<Row> m_rows;
    QComboBox* m_products;
    QCheckBox* m_distils;
    QLineEdit* m_teacher;
    QPushButton* m_browse;
};

} // namespace espalier
