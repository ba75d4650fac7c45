// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

namespace espalier {

/// One line of advice above the views that can be closed; the caller remembers that it was.
class HintStrip : public QWidget
{
    Q_OBJECT
public:
    explicit HintStrip(QWidget* parent = nullptr);

    void setText(const QString& text);
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void closed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
};

} // namespace espalier
