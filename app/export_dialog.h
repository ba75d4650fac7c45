// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/engine_bridge.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace espalier {

/// What an export dialog is asked about.
struct ExportSubject
{
    QString title; ///< "Export destination", "Export lane subcloned"
    QString summary; ///< one line: shape and size
    QString folder; ///< suggested
    bool mayOmitWeights = true;
};

/// Asks what to write, in which format and where. Refuses folders that hold something before
/// anything is computed.
class ExportDialog : public QDialog
{
    Q_OBJECT
public:
    ExportDialog(const ExportSubject& subject, QWidget* parent);

    [[nodiscard]] ExportOrder order() const;

private:
    void browse();
    void check();

    QRadioButton* m_weights;
    QRadioButton* m_recipeOnly;
    QComboBox* m_format;
    QComboBox* m_type;
    QLineEdit* m_folder;
    QLabel* m_problem;
    QPushButton* m_accept = nullptr;
};

} // namespace espalier
