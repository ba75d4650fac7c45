// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/recipe/recipe.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace espalier {

/// What the dialog is to say of the model that the data are for.
struct DataSubject
{
    QString model;
    ModelConfig config;
    DataSpec data; ///< that are in use
    bool hasTokenizer = true; ///< of its own
};

/// Asks for data of every kind that a model of this task takes: a file, a folder or something built
/// in, and how to read it. Whether it can be read is found out by whoever opens it.
class DataDialog : public QDialog
{
    Q_OBJECT
public:
    DataDialog(const DataSubject& subject, QWidget* parent);

    [[nodiscard]] DataSpec data() const;

private:
    void build();
    void addSource(QVBoxLayout& column);
    void addKinds(QVBoxLayout& column);
    void addSettings(QVBoxLayout& column);
    void addTextSettings(QFormLayout& form);
    void addValidation(QFormLayout& form);
    void browse(bool folder);
    void browseTokenizer();
    void check();

    DataSubject m_subject;
    QLineEdit* m_source;
    QSpinBox* m_length;
    QLineEdit* m_field;
    QLineEdit* m_tokenizer;
    QCheckBox* m_skipBroken;
    QComboBox* m_split;
    QDoubleSpinBox* m_share;
    QLabel* m_problem;
    QPushButton* m_accept = nullptr;
};

} // namespace espalier
