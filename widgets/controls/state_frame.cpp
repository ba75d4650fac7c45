// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/state_frame.h"

#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace espalier {
namespace {

constexpr int kShowAfterMs = 150;
constexpr int kProgressHeight = 3;
constexpr int kPageWidth = 440;
constexpr int kDetailsHeight = 120;
constexpr double kFade = 28; ///< of a stale picture's edge
constexpr int kStripWidth = 280; ///< at least, while working

} // namespace

/// Empty and failed: text and buttons in the middle instead of the content.
class StateFrame::Page : public QWidget
{
public:
    explicit Page(QWidget* parent)
        : QWidget(parent)
        , title(new QLabel(this))
        , text(new QLabel(this))
        , button(new QPushButton(this))
        , detailsButton(new QToolButton(this))
        , details(new QPlainTextEdit(this))
    {
        title->setFont(fonts::head());
        for (QLabel* label : {title, text}) {
            label->setWordWrap(true);
            label->setAlignment(Qt::AlignCenter);
            label->setTextFormat(Qt::PlainText);
            label->setTextInteractionFlags(Qt::TextSelectableByMouse);
            label->setMaximumWidth(kPageWidth);
        }
        detailsButton->setText(StateFrame::tr("Details"));
        detailsButton->setCheckable(true);
        detailsButton->setAutoRaise(true);
        detailsButton->setArrowType(Qt::RightArrow);
        detailsButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        details->setReadOnly(true);
        details->setMaximumSize(kPageWidth, kDetailsHeight);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(space::kPanel, space::kPanel, space::kPanel, space::kPanel);
        layout->setSpacing(space::kControl);
        layout->addStretch(1);
        for (QWidget* part :
            std::initializer_list<QWidget*>{title, text, button, detailsButton, details}) {
            part->setSizePolicy(part == button || part == detailsButton ? QSizePolicy::Maximum
                                                                        : QSizePolicy::Expanding,
                QSizePolicy::Preferred);
            auto* row = new QHBoxLayout;
            row->addStretch(1);
            row->addWidget(part, 1000);
            row->addStretch(1);
            layout->addLayout(row);
        }
        layout->addStretch(1);
        QObject::connect(detailsButton, &QToolButton::toggled, this, [this](bool open) {
            details->setVisible(open);
            detailsButton->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        });
    }

    void fill(const QString& head, const QString& body, const QString& action, const QString& more)
    {
        title->setText(head);
        title->setVisible(!head.isEmpty());
        text->setText(body);
        text->setVisible(!body.isEmpty());
        button->setText(action);
        button->setVisible(!action.isEmpty());
        details->setPlainText(more);
        details->hide();
        detailsButton->setChecked(false);
        detailsButton->setVisible(!more.isEmpty());
    }

    QLabel* title;
    QLabel* text;
    QPushButton* button;
    QToolButton* detailsButton;
    QPlainTextEdit* details;
};

/// Working and stale: a line of text at the top edge over the content, which stays visible.
class StateFrame::Strip : public QWidget
{
public:
    explicit Strip(QWidget* parent)
        : QWidget(parent)
        , text(new QLabel(this))
        , button(new QPushButton(this))
    {
        text->setTextFormat(Qt::PlainText);
        text->setMinimumWidth(1); // may be cut rather than widen the view
        button->setFlat(true);
        auto* layout = new QHBoxLayout(this);
        // High enough to cover a view's row of chips, not half of it.
        layout->setContentsMargins(
            space::kPanel, space::kControl + kProgressHeight, space::kGroup, space::kControl);
        layout->setSpacing(space::kControl);
        layout->addWidget(text);
        layout->addWidget(button);
        layout->addStretch(1);
    }

    QLabel* text;
    QPushButton* button;
    double fraction = -1; ///< of work done, negative: unknown
    bool working = false;

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme theme = Theme::of(palette());
        QPainter painter(this);
        if (!working)
            return;
        painter.fillRect(rect(), theme.surface);
        painter.fillRect(QRect(0, height() - 1, width(), 1), theme.line);
        painter.fillRect(QRect(0, 0, width(), kProgressHeight), theme.line);
        const int done =
            fraction >= 0 ? static_cast<int>(width() * std::min(fraction, 1.0)) : width() / 4;
        painter.fillRect(QRect(0, 0, done, kProgressHeight), theme.accent);
    }
};

/// A stale picture fades towards its edges.
class StateFrame::Edge : public QWidget
{
public:
    explicit Edge(QWidget* parent)
        : QWidget(parent)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const QColor paper = palette().color(QPalette::Window);
        QColor clear = paper;
        clear.setAlpha(0);
        QPainter painter(this);
        const auto fade = [&](const QRectF& area, QPointF from, QPointF to) {
            QLinearGradient gradient(from, to);
            gradient.setColorAt(0, paper);
            gradient.setColorAt(1, clear);
            painter.fillRect(area, gradient);
        };
        const QRectF all(rect());
        fade(QRectF(0, 0, all.width(), kFade), {0, 0}, {0, kFade});
        fade(QRectF(0, all.bottom() - kFade, all.width(), kFade), {0, all.bottom()},
            {0, all.bottom() - kFade});
        fade(QRectF(0, 0, kFade, all.height()), {0, 0}, {kFade, 0});
        fade(QRectF(all.right() - kFade, 0, kFade, all.height()), {all.right(), 0},
            {all.right() - kFade, 0});
    }
};

StateFrame::StateFrame(QWidget* content, QWidget* parent)
    : QWidget(parent)
    , m_content(content)
    , m_stack(new QStackedLayout(this))
    , m_page(new Page(this))
    , m_edge(nullptr)
    , m_strip(nullptr)
{
    m_stack->setContentsMargins(0, 0, 0, 0);
    m_stack->addWidget(m_content);
    m_stack->addWidget(m_page);
    m_edge = new Edge(this);
    m_edge->hide();
    m_strip = new Strip(this);
    m_strip->hide();
    m_delay.setSingleShot(true);
    m_delay.setInterval(kShowAfterMs);
    connect(&m_delay, &QTimer::timeout, this, &StateFrame::layoutStrip);
    connect(m_page->button, &QPushButton::clicked, this, [this] {
        if (m_state == ViewState::Failed)
            Q_EMIT retryRequested();
        else
            Q_EMIT emptyButtonClicked();
    });
    connect(m_strip->button, &QPushButton::clicked, this, [this] {
        if (m_state == ViewState::Working)
            Q_EMIT cancelRequested();
        else
            Q_EMIT refreshRequested();
    });
}

void StateFrame::enter(ViewState state)
{
    m_state = state;
    if (state != ViewState::Working)
        m_delay.stop();
    const bool usesPage = state == ViewState::Empty || state == ViewState::Failed;
    if (state != ViewState::Working) {
        m_stack->setCurrentWidget(usesPage ? static_cast<QWidget*>(m_page) : m_content);
        m_strip->setVisible(state == ViewState::Stale);
        m_edge->setVisible(state == ViewState::Stale);
    }
    // A stale picture moves down so that nothing of it is covered; a working one stays where it is.
    setContentsMargins(0, state == ViewState::Stale ? m_strip->sizeHint().height() : 0, 0, 0);
    if (state == ViewState::Stale)
        layoutStrip();
    setAccessibleDescription(message());
}

void StateFrame::showEmpty(const QString& sentence, const QString& button)
{
    m_page->fill({}, sentence, button, {});
    enter(ViewState::Empty);
}

void StateFrame::showWorking(const QString& what, double fraction)
{
    const bool wasWorking = m_state == ViewState::Working;
    QString text = what;
    if (fraction >= 0)
        text +=
            QStringLiteral(" · ") + tr("%1 %").arg(static_cast<int>(std::min(fraction, 1.0) * 100));
    m_strip->working = true;
    m_strip->fraction = fraction;
    m_strip->text->setText(text);
    m_strip->button->setText(tr("Cancel"));
    m_strip->update();
    if (wasWorking) {
        placeStrip();
        return;
    }
    enter(ViewState::Working);
    m_strip->hide();
    m_delay.start();
}

void StateFrame::showReady()
{
    enter(ViewState::Ready);
}

void StateFrame::showStale(const QString& why, const QString& button)
{
    m_strip->working = false;
    m_strip->text->setText(why);
    m_strip->button->setText(button);
    m_strip->button->setVisible(!button.isEmpty());
    enter(ViewState::Stale);
}

void StateFrame::showFailed(
    const QString& what, const QString& why, const QString& nextStep, const QString& details)
{
    m_page->fill(what, why, nextStep, details);
    enter(ViewState::Failed);
}

QString StateFrame::message() const
{
    switch (m_state) {
    case ViewState::Ready:
        return {};
    case ViewState::Working:
    case ViewState::Stale:
        return m_strip->text->text();
    case ViewState::Empty:
        return m_page->text->text();
    case ViewState::Failed:
        break;
    }
    return m_page->title->text() + QLatin1Char('\n') + m_page->text->text();
}

void StateFrame::layoutStrip()
{
    if (m_state != ViewState::Working && m_state != ViewState::Stale)
        return;
    m_strip->button->show();
    QPalette colours = palette();
    if (m_state == ViewState::Stale)
        colours.setColor(QPalette::ButtonText, Theme::of(colours).accent);
    m_strip->button->setPalette(colours);
    if (m_state == ViewState::Working && m_stack->currentWidget() == m_page)
        m_page->fill({}, {}, {}, {}); // the strip says it, in its place
    placeStrip();
    m_strip->show();
    m_strip->raise();
}

void StateFrame::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    placeStrip();
}

void StateFrame::placeStrip()
{
    const int height = m_strip->sizeHint().height();
    m_edge->setGeometry(contentsRect());
    if (m_state != ViewState::Working) {
        m_strip->setGeometry(0, 0, width(), height);
        m_edge->raise();
        return;
    }
    const int wanted = m_strip->sizeHint().width();
    const int stripWidth = std::min(width(), std::max(wanted + space::kSection, kStripWidth));
    const QRect middle(0, 0, (width() + stripWidth) / 2, (this->height() + height) / 2);
    // Over the last picture's right corner only: its title stays readable, and nothing moves.
    const QRect corner(0, 0, width(), height);
    const QRect& place = m_stack->currentWidget() == m_page ? middle : corner;
    m_strip->setGeometry(
        place.right() + 1 - stripWidth, place.bottom() + 1 - height, stripWidth, height);
}

} // namespace espalier
