// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

namespace espalier {

/// The line of a SizeSlider: marks at legal values, a blue tick at the parent's value, a handle.
class SizeTrack : public QWidget
{
    Q_OBJECT
public:
    explicit SizeTrack(QWidget* parent = nullptr);

    void setValues(
        const std::vector<std::int64_t>& legal, std::int64_t value, std::int64_t parentValue);
    [[nodiscard]] QSize sizeHint() const override
    {
        return {160, 28};
    }
    [[nodiscard]] QSize minimumSizeHint() const override
    {
        return {80, 28};
    }

Q_SIGNALS:
    void valueChosen(std::int64_t value, bool dragging);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] double xOf(std::int64_t value) const;
    [[nodiscard]] std::int64_t valueAt(double x) const;
    void step(int legalSteps);
    [[nodiscard]] std::int64_t lowest() const;
    [[nodiscard]] std::int64_t highest() const;

    std::vector<std::int64_t> m_legal;
    std::int64_t m_value = 0;
    std::int64_t m_parentValue = 0;
    bool m_dragging = false;
    int m_wheel = 0; ///< eighths of a degree not yet a step
};

} // namespace espalier
