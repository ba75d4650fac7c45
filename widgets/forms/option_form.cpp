// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/option_form.h"

#include "widgets/forms/choice_box.h"
#include "widgets/forms/number_edit.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLineEdit>

#include <algorithm>

namespace espalier {
namespace {

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

const OptionValue& valueOf(const OptionSpec& spec, const Options& options)
{
    const auto found = options.find(spec.key);
    return found != options.end() && found->second.index() == spec.defaultValue.index()
        ? found->second
        : spec.defaultValue;
}

} // namespace

OptionForm::OptionForm(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QFormLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(space::kControl);
    m_layout->setVerticalSpacing(space::kControl);
    m_layout->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
}

void OptionForm::setSpecs(std::vector<OptionSpec> specs)
{
    while (m_layout->rowCount() > 0)
        m_layout->removeRow(0);
    m_rows.clear();
    for (const OptionSpec& spec : specs) {
        Row row = makeRow(spec);
        row.editor->setToolTip(text(spec.help));
        row.editor->setAccessibleName(text(spec.title));
        if (std::holds_alternative<bool>(spec.defaultValue))
            m_layout->addRow(row.editor); // carries its own title
        else
            m_layout->addRow(text(spec.title), row.editor);
        if (QWidget* label = m_layout->labelForField(row.editor))
            label->setToolTip(text(spec.help));
        m_rows.push_back(std::move(row));
    }
    setOptions({});
}

void OptionForm::followInTabOrder(QWidget* before)
{
    for (const Row& row : m_rows) {
        setTabOrder(before, row.editor);
        before = row.editor;
    }
}

void OptionForm::setOptions(const Options& options)
{
    m_showing = true;
    for (const Row& row : m_rows)
        row.show(valueOf(row.spec, options));
    m_showing = false;
    showRelevantRows(options);
}

void OptionForm::showRelevantRows(const Options& options)
{
    for (const Row& row : m_rows) {
        bool relevant = true;
        for (const Row& other : m_rows)
            if (!row.spec.onlyWhenKey.empty() && other.spec.key == row.spec.onlyWhenKey)
                relevant = toText(valueOf(other.spec, options)) == row.spec.onlyWhenValue;
        m_layout->setRowVisible(row.editor, relevant);
    }
}

void OptionForm::emitValue(const OptionSpec& spec, const OptionValue& value)
{
    if (!m_showing)
        Q_EMIT optionEdited(text(spec.key), value);
}

OptionForm::Row OptionForm::makeRow(const OptionSpec& spec)
{
    Row row{.spec = spec, .editor = nullptr, .show = {}};
    if (std::holds_alternative<bool>(spec.defaultValue))
        makeSwitch(row);
    else if (std::holds_alternative<std::string>(spec.defaultValue))
        makeChoice(row);
    else if (std::holds_alternative<std::vector<std::int64_t>>(spec.defaultValue))
        makeTyped(row, makeList());
    else
        makeTyped(row, new NumberEdit(text(spec.title), text(spec.help), this));
    return row;
}

void OptionForm::makeSwitch(Row& row)
{
    auto* box = new QCheckBox(text(row.spec.title), this);
    row.editor = box;
    row.show = [box](const OptionValue& value) {
        box->setChecked(std::get<bool>(value));
    };
    connect(
        box, &QCheckBox::toggled, this, [this, spec = row.spec](bool on) { emitValue(spec, on); });
}

void OptionForm::makeChoice(Row& row)
{
    auto* box = new ChoiceBox(this);
    row.editor = box;
    for (const OptionChoice& choice : row.spec.choices)
        box->addItem(text(choice.title), text(choice.id));
    row.show = [box](const OptionValue& value) {
        box->setCurrentIndex(
            std::max(box->findData(QString::fromStdString(std::get<std::string>(value))), 0));
    };
    connect(box, &QComboBox::activated, this, [this, box, spec = row.spec](int index) {
        emitValue(spec, box->itemData(index).toString().toStdString());
    });
}

QLineEdit* OptionForm::makeList()
{
    auto* edit = new QLineEdit(this);
    edit->setPlaceholderText(tr("comma-separated, for example 0, 1, 6, 7"));
    return edit;
}

void OptionForm::makeTyped(Row& row, QLineEdit* edit)
{
    row.editor = edit;
    row.show = [edit](const OptionValue& value) {
        edit->setText(QString::fromStdString(toText(value)));
    };
    connect(edit, &QLineEdit::editingFinished, this, [this, edit, spec = row.spec] {
        if (!edit->isModified())
            return;
        edit->setModified(false);
        const Result<OptionValue> parsed = parseOption(spec, edit->text().trimmed().toStdString());
        if (parsed.ok())
            emitValue(spec, *parsed);
        else
            Q_EMIT refused(QString::fromStdString(parsed.error().message));
    });
}

} // namespace espalier
