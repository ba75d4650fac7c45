// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPixmap>
#include <QString>
#include <QTimer>
#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedLayout;
class QToolButton;

namespace espalier {

enum class ViewState
{
    Empty,
    Working,
    Ready,
    Stale,
    Failed
};

/// Wraps a view's content and draws its five states. Working and stale keep the last picture; work
/// shorter than 150 ms shows nothing at all.
class StateFrame : public QWidget
{
    Q_OBJECT
public:
    explicit StateFrame(QWidget* content, QWidget* parent = nullptr);

    [[nodiscard]] ViewState state() const
    {
        return m_state;
    }
    [[nodiscard]] QWidget* content() const
    {
        return m_content;
    }

    /// One sentence, and what the button says; without button text there is no button.
    void showEmpty(const QString& sentence, const QString& button = {});
    /// "Measuring block 3 of 8"; fraction in [0, 1], negative if unknown. May be called for every
    /// step.
    void showWorking(const QString& what, double fraction);
    void showReady();
    /// "Measured on other data"; the button asks for it again.
    void showStale(const QString& why, const QString& button);
    void showFailed(const QString& what, const QString& why, const QString& nextStep,
        const QString& details = {});
    /// Text that the state shows now, for tests and screen readers; empty when ready.
    [[nodiscard]] QString message() const;

Q_SIGNALS:
    void emptyButtonClicked();
    void cancelRequested();
    void refreshRequested(); ///< the button of a stale view
    void retryRequested(); ///< the button of a failed view

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    class Page;
    class Strip;
    class Edge;
    void enter(ViewState state);
    void layoutStrip();
    void placeStrip();

    ViewState m_state = ViewState::Ready;
    QWidget* m_content;
    QStackedLayout* m_stack;
    Page* m_page; ///< empty and failed
    Edge* m_edge; ///< stale, over the content
    Strip* m_strip; ///< working and stale, over the content
    QTimer m_delay;
};

} // namespace espalier
