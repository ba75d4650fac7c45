// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace espalier {

/// A line above the views that says what went wrong or offers something, with a button if there is
/// something to do. It never takes the focus.
class MessageBar : public QWidget
{
    Q_OBJECT
public:
    enum class Kind
    {
        Note,
        Problem
    };

    explicit MessageBar(QWidget* parent = nullptr);

    void show(Kind kind, const QString& text, const QString& button = {});
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void accepted();
    void closed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Kind m_kind = Kind::Note;
    QLabel* m_text;
    QPushButton* m_button;
    QPushButton* m_close;
};

} // namespace espalier
