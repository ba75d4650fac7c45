// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/size_slider.h"

#include "core/base/expect.h"
#include "widgets/controls/buttons.h"
#include "widgets/controls/size_track.h"
#include "widgets/format/number_format.h"
#include "widgets/theme/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>

#include <algorithm>

namespace espalier {
namespace {

constexpr int kEditWidth = 84;
constexpr int kShareWidth = 52;

void setColour(QWidget& widget, const QColor& colour)
{
    QPalette palette = widget.palette();
    if (palette.color(QPalette::WindowText) == colour)
        return;
    palette.setColor(QPalette::WindowText, colour);
    widget.setPalette(palette);
}

} // namespace

std::vector<std::int64_t> nearestLegal(const std::vector<std::int64_t>& legal, std::int64_t value)
{
    const auto above = std::lower_bound(legal.begin(), legal.end(), value);
    if (above != legal.end() && *above == value)
        return {value};
    std::vector<std::int64_t> result;
    if (above != legal.begin())
        result.push_back(*std::prev(above));
    if (above != legal.end())
        result.push_back(*above);
    return result;
}

SizeSlider::SizeSlider(QWidget* parent)
    : QWidget(parent)
    , m_title(new QLabel(this))
    , m_chain(new ChainButton(this))
    , m_edit(new QLineEdit(this))
    , m_share(new QLabel(this))
    , m_track(new SizeTrack(this))
    , m_explanation(new QLabel(this))
{
    m_edit->setAlignment(Qt::AlignRight);
    m_edit->setFixedWidth(kEditWidth);
    m_share->setFixedWidth(kShareWidth);
    m_share->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_explanation->setWordWrap(true);
    m_explanation->setTextFormat(Qt::RichText);
    m_explanation->setTextInteractionFlags(
        Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_explanation->hide();
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(space::kControl);
    layout->setVerticalSpacing(0);
    layout->setColumnStretch(2, 1);
    layout->addWidget(m_title, 0, 0);
    layout->addWidget(m_chain, 0, 1);
    layout->addWidget(m_share, 0, 3);
    layout->addWidget(m_edit, 0, 4);
    layout->addWidget(m_track, 1, 0, 1, 5);
    layout->addWidget(m_explanation, 2, 0, 1, 5);
    setFocusProxy(m_track);
    setTabOrder(m_track, m_edit);
    connect(m_chain, &ChainButton::clicked, this, &SizeSlider::linkEdited);
    connect(m_track, &SizeTrack::valueChosen, this, &SizeSlider::choose);
    connect(m_edit, &QLineEdit::editingFinished, this, [this] {
        if (m_edit->isModified())
            enterText(m_edit->text());
    });
    connect(m_explanation, &QLabel::linkActivated, this,
        [this](const QString& link) { choose(link.toLongLong(), false); });
}

void SizeSlider::setSpec(SizeSpec spec)
{
    ESPALIER_EXPECT(!spec.legalValues.empty(), "a size has a legal value");
    const bool valueStays = spec.value == m_spec.value;
    m_spec = std::move(spec);
    if (!valueStays)
        clearRefusal();
    refresh();
}

QString SizeSlider::explanation() const
{
    return m_explanation->isHidden() ? QString() : m_explanation->text();
}

QWidget* SizeSlider::lastInTabOrder() const
{
    return m_edit;
}

void SizeSlider::enterText(const QString& text)
{
    const std::optional<std::int64_t> value = readCount(text);
    if (value && std::binary_search(m_spec.legalValues.begin(), m_spec.legalValues.end(), *value)) {
        choose(*value, false);
        return;
    }
    m_edit->setText(text);
    m_edit->setModified(false);
    explainRefusal(value ? QString::number(*value) : text);
}

void SizeSlider::explainRefusal(const QString& typed)
{
    bool isNumber = false;
    const std::int64_t value = typed.toLongLong(&isNumber);
    QString reason = tr("not a whole number");
    if (isNumber)
        reason = m_spec.explain ? m_spec.explain(value) : tr("not possible here");
    QStringList links;
    for (const std::int64_t legal :
        nearestLegal(m_spec.legalValues, isNumber ? value : m_spec.value))
        links << QStringLiteral("<a href=\"%1\">%2</a>").arg(legal).arg(formatCount(legal));
    m_explanation->setText(
        tr("%1: %2. Nearest: %3")
            .arg(typed.toHtmlEscaped(), reason.toHtmlEscaped(), links.join(tr(" or "))));
    m_explanation->show();
    fitExplanation();
    setColour(*m_explanation, Theme::of(palette()).warn);
}

void SizeSlider::fitExplanation()
{
    // A grid does not ask for the height of wrapped text again, so a second line would be cut.
    if (!m_explanation->isHidden())
        m_explanation->setMinimumHeight(m_explanation->heightForWidth(width()));
}

void SizeSlider::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitExplanation();
}

void SizeSlider::clearRefusal()
{
    m_explanation->hide();
    m_explanation->clear();
}

void SizeSlider::choose(std::int64_t value, bool dragging)
{
    m_spec.value = value;
    clearRefusal();
    refresh();
    Q_EMIT valueEdited(value, dragging);
}

void SizeSlider::refresh()
{
    if (m_spec.legalValues.empty())
        return;
    m_title->setText(m_spec.title);
    if (m_explanation->isHidden())
        m_edit->setText(formatCount(m_spec.value));
    m_edit->setModified(false);
    m_share->setText(m_spec.parentValue > 0 ? formatPercent(static_cast<double>(m_spec.value)
                         / static_cast<double>(m_spec.parentValue))
                                            : QString());
    setColour(*m_share, Theme::of(palette()).muted);
    m_track->setValues(m_spec.legalValues, m_spec.value, m_spec.parentValue);
    m_track->setAccessibleName(
        tr("%1, %2, parent %3")
            .arg(m_spec.title, formatCount(m_spec.value), formatCount(m_spec.parentValue)));
    m_edit->setAccessibleName(m_spec.title);
    m_chain->setVisible(m_spec.link != SizeLink::None);
    m_chain->setEnabled(m_spec.link != SizeLink::Fixed);
    m_chain->setChecked(m_spec.link != SizeLink::Open);
    m_chain->setToolTip(m_spec.linkToolTip);
    m_chain->setAccessibleName(tr("%1 follows the width").arg(m_spec.title));
    for (QWidget* part : std::initializer_list<QWidget*>{m_title, m_edit, m_track})
        part->setToolTip(m_spec.toolTip);
    m_share->setToolTip(tr("Share of the parent's %1").arg(formatCount(m_spec.parentValue)));
}

void SizeSlider::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    setColour(*m_share, Theme::of(palette()).muted);
    setColour(*m_explanation, Theme::of(palette()).warn);
}

} // namespace espalier
