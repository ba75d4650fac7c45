// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace espalier {

/// A named point on the small scale under a big number.
struct ScaleMark
{
    double value = 0;
    QString label;
    PlotRole role = PlotRole::Muted;

    bool operator==(const ScaleMark&) const = default;
};

/// A 16 pt number with its name, unit and ratio to the parent, and optionally a thin scale that
/// sets it between marks (the parent's loss, chance).
class BigNumber : public QWidget
{
    Q_OBJECT
public:
    explicit BigNumber(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    /// `number` as it is to be read ("1.24", "—" if unknown); `ratio` e.g. formatRatio(0.27),
    /// empty: none.
    void setNumber(const QString& number, const QString& unit = {}, const QString& ratio = {});
    /// Places `value` between the marks; needs at least two marks of different value, else there is
    /// no scale.
    void setScale(double value, std::vector<ScaleMark> marks);
    void clearScale();
    /// Keeps the scale's room while there is none, so that nothing moves when it comes.
    void reserveScale(bool reserved);
    /// Greys the number while a newer one is computed.
    void setPending(bool pending);

    [[nodiscard]] QString number() const
    {
        return m_number;
    }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintScale(QPainter& painter, const QRect& area) const;
    void describe();

    QString m_title;
    QString m_number;
    QString m_unit;
    QString m_ratio;
    double m_value = 0;
    bool m_reserved = false;
    std::vector<ScaleMark> m_marks;
    bool m_pending = false;
};

} // namespace espalier
