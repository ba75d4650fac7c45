// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/task_size_edits.h"

#include "widgets/format/number_format.h"
#include "widgets/theme/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>

#include <algorithm>
#include <utility>

namespace espalier {
namespace {

constexpr int kColumns = 2; ///< of fields
constexpr int kLeastEditWidth = 56;

/// A link that chooses a value: "size value".
QString linkTo(Size size, std::int64_t value)
{
    return QStringLiteral("<a href=\"%1 %2\">%3</a>")
        .arg(static_cast<int>(size))
        .arg(value)
        .arg(formatCount(value));
}

} // namespace

TaskSizeEdits::TaskSizeEdits(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
    , m_note(new QLabel(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(space::kControl);
    m_layout->setVerticalSpacing(space::kGroup);
    for (int column = 0; column < kColumns; ++column)
        m_layout->setColumnStretch(2 * column + 1, 1);
    m_note->setObjectName(QStringLiteral("note"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::RichText);
    m_note->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_note->hide();
    connect(m_note, &QLabel::linkActivated, this, [this](const QString& link) {
        Q_EMIT valueEdited(static_cast<Size>(link.section(QLatin1Char(' '), 0, 0).toInt()),
            link.section(QLatin1Char(' '), 1).toLongLong());
    });
}

void TaskSizeEdits::setSpecs(std::vector<TaskSizeSpec> specs)
{
    const bool same = std::equal(m_rows.begin(), m_rows.end(), specs.begin(), specs.end(),
        [](const Row& row, const TaskSizeSpec& spec) { return row.spec.size == spec.size; });
    if (!same)
        build(specs);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        m_warns = m_warns && specs[i].value == m_rows[i].spec.value;
        m_rows[i].spec = std::move(specs[i]);
    }
    refresh();
}

void TaskSizeEdits::build(const std::vector<TaskSizeSpec>& specs)
{
    for (const Row& row : m_rows) {
        row.label->deleteLater();
        row.edit->deleteLater();
    }
    m_rows.clear();
    m_warns = false;
    m_layout->removeWidget(m_note);
    for (const TaskSizeSpec& spec : specs) {
        const Row row{spec, new QLabel(spec.title, this), new QLineEdit(this)};
        row.edit->setAlignment(Qt::AlignRight);
        row.edit->setMinimumWidth(kLeastEditWidth);
        row.edit->setAccessibleName(spec.title);
        row.label->setBuddy(row.edit);
        row.label->setToolTip(spec.toolTip);
        row.edit->setToolTip(spec.toolTip);
        const auto at = static_cast<int>(m_rows.size());
        m_layout->addWidget(row.label, at / kColumns, 2 * (at % kColumns));
        m_layout->addWidget(row.edit, at / kColumns, 2 * (at % kColumns) + 1);
        connect(row.edit, &QLineEdit::editingFinished, this, [this, edit = row.edit, spec] {
            if (edit->isModified())
                enterText(spec.size, edit->text());
        });
        m_rows.push_back(row);
    }
    const auto rows = static_cast<int>(specs.size() + 1) / kColumns;
    m_layout->addWidget(m_note, rows, 0, 1, 2 * kColumns);
    setFocusProxy(m_rows.empty() ? nullptr : m_rows.front().edit);
}

void TaskSizeEdits::followInTabOrder(QWidget* before)
{
    for (const Row& row : m_rows) {
        setTabOrder(before, row.edit);
        before = row.edit;
    }
}

QLineEdit* TaskSizeEdits::editor(Size size) const
{
    const auto row = std::find_if(
        m_rows.begin(), m_rows.end(), [size](const Row& one) { return one.spec.size == size; });
    return row == m_rows.end() ? nullptr : row->edit;
}

QString TaskSizeEdits::note() const
{
    return m_note->isHidden() ? QString() : m_note->text();
}

void TaskSizeEdits::enterText(Size size, const QString& text)
{
    const auto row = std::find_if(
        m_rows.begin(), m_rows.end(), [size](const Row& one) { return one.spec.size == size; });
    if (row == m_rows.end())
        return;
    const std::optional<std::int64_t> value = readCount(text);
    row->edit->setText(text);
    row->edit->setModified(false);
    if (!value)
        return explainRefusal(tr("%1: not a whole number").arg(text.toHtmlEscaped()),
            linkTo(size, row->spec.parentValue));
    if (const auto violation =
            row->spec.explain ? row->spec.explain(*value) : std::optional<ShapeViolation>()) {
        QString nearest = linkTo(size, violation->nearestBelow);
        if (violation->nearestAbove != violation->nearestBelow)
            nearest += tr(" or ") + linkTo(size, violation->nearestAbove);
        return explainRefusal(QString::fromStdString(violation->rule).toHtmlEscaped(), nearest);
    }
    m_warns = false;
    row->spec.value = *value;
    refresh();
    Q_EMIT valueEdited(size, *value);
}

void TaskSizeEdits::explainRefusal(const QString& reason, const QString& nearest)
{
    showNote(tr("%1. Nearest: %2").arg(reason, nearest), true);
}

void TaskSizeEdits::refresh()
{
    if (m_warns) // what was typed stays beside what is wrong with it
        return;
    QStringList others;
    for (const Row& row : m_rows) {
        row.edit->setText(formatCount(row.spec.value));
        row.edit->setCursorPosition(0);
        row.edit->setModified(false);
        if (row.spec.value != row.spec.parentValue)
            others << tr("%1 %2").arg(
                row.spec.title.toHtmlEscaped(), linkTo(row.spec.size, row.spec.parentValue));
    }
    showNote(others.isEmpty() ? QString() : tr("Parent: %1").arg(others.join(tr(", "))), false);
}

void TaskSizeEdits::showNote(const QString& text, bool warns)
{
    m_warns = warns;
    m_note->setText(text);
    m_note->setVisible(!text.isEmpty());
    const Theme theme = Theme::of(palette());
    QPalette colours = m_note->palette();
    colours.setColor(QPalette::WindowText, warns ? theme.warn : theme.muted);
    m_note->setPalette(colours);
    fitNote();
}

void TaskSizeEdits::fitNote()
{
    // A grid does not ask for the height of wrapped text again.
    if (!m_note->isHidden())
        m_note->setFixedHeight(m_note->heightForWidth(width()));
}

void TaskSizeEdits::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitNote();
}

void TaskSizeEdits::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_note->isHidden())
        showNote(m_note->text(), m_warns);
}

} // namespace espalier
