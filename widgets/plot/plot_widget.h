// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "widgets/theme/theme.h"

#include <QImage>
#include <QPointF>
#include <QString>
#include <QWidget>

#include <string>

class QCustomPlot;
class QMenu;

namespace espalier {

/// What every plot can do: pictures, numbers, a context menu, an empty message, following the
/// theme, and a text for people who don't see it.
class PlotWidget : public QWidget
{
    Q_OBJECT
public:
    /// `logicalSize` in device-independent pixels; the image has `scale` times as many.
    [[nodiscard]] QImage picture(QSize logicalSize, double scale) const;
    /// PNG (2x), SVG or PDF by the path's suffix, in the size on screen.
    [[nodiscard]] Status savePicture(const QString& path) const;
    [[nodiscard]] Status saveCsv(const QString& path) const;
    void copyPicture() const;
    void copyCsv() const;

    /// The plot's numbers after RFC 4180; empty without data.
    [[nodiscard]] virtual std::string csv() const = 0;
    /// What the picture says in one or two sentences; also the accessible description.
    [[nodiscard]] virtual QString summary() const = 0;
    [[nodiscard]] virtual bool isEmpty() const = 0;

    /// Shown in the middle while there are no data.
    void setEmptyMessage(const QString& message);
    [[nodiscard]] QString emptyMessage() const
    {
        return m_emptyMessage;
    }
    /// Adds save, copy and reset actions, e.g. to a view's own menu; they live as long as the menu.
    void addActionsTo(QMenu& menu);
    [[nodiscard]] const Theme& theme() const
    {
        return m_theme;
    }

    [[nodiscard]] QSize sizeHint() const override
    {
        return {480, 240};
    }
    [[nodiscard]] QSize minimumSizeHint() const override
    {
        return {160, 96};
    }

public Q_SLOTS:
    /// Shows all data again.
    virtual void resetView() = 0;

Q_SIGNALS:
    /// A picture or table could not be written; one plain line.
    void saveFailed(const QString& reason);

protected:
    explicit PlotWidget(QWidget* parent);

    [[nodiscard]] QCustomPlot* canvas() const
    {
        return m_canvas;
    }
    /// Redraws within this turn of the event loop and refreshes the accessible description.
    void dataChanged();
    /// A hidden plot is redrawn when it is shown.
    void redraw();
    /// Takes the colours of theme() over into whatever does not ask for them while painting.
    virtual void recolour() { }

    /// The mouse is at these pixels of the canvas.
    virtual void pointerMoved(QPointF position) = 0;
    virtual void pointerLeft() = 0;
    /// The left button went down and up at one place.
    virtual void pointerClicked(QPointF position);

    /// Deletes the canvas with its painters; for destructors, while what these draw is alive.
    void closeCanvas();

    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void askAndSave(const QString& suffix);
    void paintEmptyMessage(QPainter& painter) const;
    void followPointer();

    QCustomPlot* m_canvas;
    Theme m_theme;
    QString m_emptyMessage;
    QPointF m_pressed;
};

} // namespace espalier
