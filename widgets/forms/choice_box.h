// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>

namespace espalier {

/// A combo box that takes the width it is given: a long choice ends in an ellipsis, the list shows
/// it whole. The wheel scrolls the panel unless the box has the focus.
class ChoiceBox : public QComboBox
{
    Q_OBJECT
public:
    explicit ChoiceBox(QWidget* parent = nullptr);

    /// A heading over the choices that follow; it cannot be chosen.
    void addGroup(const QString& title);

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void showPopup() override;
};

} // namespace espalier
