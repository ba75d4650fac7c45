// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/training_form.h"

#include "widgets/forms/number_edit.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>

#include <array>

namespace espalier {
namespace {

constexpr int kLabelWidth = 120; ///< so that both columns line up

constexpr auto kLeft =
    std::to_array({TrainingGroup::Batches, TrainingGroup::Optimizer, TrainingGroup::Validation});
constexpr auto kRight =
    std::to_array({TrainingGroup::Teacher, TrainingGroup::Dropping, TrainingGroup::Beginning});

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

QString toolTipOf(const TrainingField& field)
{
    TrainSettings usual;
    usual.aids.distillation = Distillation{};
    return TrainingForm::tr("%1\nUsual: %2")
        .arg(text(field.help), QString::fromStdString(textOf(field.in(usual))));
}

/// A distillation to read and write in, whether or not it is wanted.
Distillation& distillationOf(TrainSettings& settings)
{
    return settings.aids.distillation ? *settings.aids.distillation
                                      : settings.aids.distillation.emplace();
}

QFormLayout* makeForm(QVBoxLayout& column)
{
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setHorizontalSpacing(space::kControl);
    form->setVerticalSpacing(space::kGroup);
    column.addLayout(form);
    return form;
}

} // namespace

TrainingForm::TrainingForm(QWidget* parent)
    : QWidget(parent)
    , m_products(new QComboBox(this))
    , m_distils(new QCheckBox(tr("Learn from a teacher, too"), this))
    , m_teacher(new QLineEdit(this))
    , m_browse(new QPushButton(tr("Folder…"), this))
{
    QHBoxLayout* columns = makeRow(2 * space::kSection);
    setLayout(columns);
    columns->addWidget(makeColumnOf(kLeft), 1);
    columns->addWidget(makeColumnOf(kRight), 1);
    connect(m_products, &QComboBox::currentIndexChanged, this, &TrainingForm::edited);
    connect(m_teacher, &QLineEdit::textChanged, this, &TrainingForm::edited);
    connect(m_browse, &QPushButton::clicked, this, &TrainingForm::teacherRequested);
    connect(m_distils, &QCheckBox::toggled, this, [this] {
        follow();
        Q_EMIT edited();
    });
    setSettings({});
}

QWidget* TrainingForm::makeColumnOf(std::span<const TrainingGroup> groups)
{
    auto* part = new QWidget(this);
    QVBoxLayout* column = makeColumn(part, 0, space::kControl);
    for (const TrainingGroup group : groups) {
        column->addWidget(makeHead(text(titleOf(group)), part));
        addGroup(*makeForm(*column), group);
        column->addSpacing(space::kControl);
    }
    column->addStretch(1);
    return part;
}

void TrainingForm::addGroup(QFormLayout& form, TrainingGroup group)
{
    if (group == TrainingGroup::Teacher)
        addTeacher(form);
    QHBoxLayout* row = nullptr;
    QString rowTitle;
    for (const TrainingField& field : trainingFields()) {
        if (field.group != group)
            continue;
        if (!field.title.empty()) {
            rowTitle = text(field.title);
            auto* title = new QLabel(rowTitle, this);
            title->setMinimumWidth(kLabelWidth);
            title->setToolTip(toolTipOf(field));
            row = makeRow(space::kGroup);
            form.addRow(title, row);
        } else {
            delete row->takeAt(row->count() - 1); // the stretch
        }
        addField(*row, field,
            field.title.empty() ? tr("%1, %2").arg(rowTitle, text(field.unit)) : rowTitle);
    }
    if (group == TrainingGroup::Batches)
        addProducts(form);
}

void TrainingForm::addField(QHBoxLayout& row, const TrainingField& field, const QString& title)
{
    auto* edit = new NumberEdit(title, toolTipOf(field), this);
    row.addWidget(edit);
    QLabel* unit = makeMuted(text(field.unit), this);
    unit->setVisible(!field.unit.empty());
    row.addWidget(unit);
    row.addStretch(1);
    m_rows.push_back({&field, edit});
    connect(edit, &QLineEdit::textChanged, this, &TrainingForm::edited);
}

void TrainingForm::addProducts(QFormLayout& form)
{
    m_products->addItem(tr("fp32"), QStringLiteral("fp32"));
    m_products->addItem(tr("bf16"), QStringLiteral("bf16"));
    m_products->setFixedWidth(NumberEdit::kWidth);
    m_products->setAccessibleName(tr("Matrix products"));
    m_products->setToolTip(
        tr("Numbers that matrices are multiplied in; weights, norms, softmax and "
           "loss stay fp32"));
    form.addRow(tr("Matrix products"), m_products);
}

void TrainingForm::addTeacher(QFormLayout& form)
{
    m_distils->setToolTip(tr("Its logits join the loss: forward Kullback-Leibler divergence.\n"
                             "Hinton et al. 2015, arXiv 1503.02531"));
    m_teacher->setPlaceholderText(tr("the parent"));
    m_teacher->setAccessibleName(tr("Teacher"));
    m_teacher->setToolTip(tr("A model of the same vocabulary: a folder, a recipe.json or "
                             "hf:ORG/NAME; empty: the parent"));
    QHBoxLayout* row = makeRow(space::kGroup);
    row->addWidget(m_teacher, 1);
    row->addWidget(m_browse);
    form.addRow(m_distils);
    form.addRow(tr("Teacher"), row);
}

void TrainingForm::follow()
{
    for (QWidget* part : {static_cast<QWidget*>(m_teacher), static_cast<QWidget*>(m_browse)})
        part->setEnabled(m_distils->isChecked());
    for (const Row& row : m_rows)
        if (row.field->group == TrainingGroup::Teacher)
            row.edit->setEnabled(m_distils->isChecked());
}

void TrainingForm::setSettings(const TrainSettings& settings)
{
    m_shown = settings;
    m_distils->setChecked(settings.aids.distillation.has_value());
    m_products->setCurrentIndex(m_products->findData(QString::fromStdString(settings.dtype)));
    TrainSettings values = settings;
    m_teacher->setText(QString::fromStdString(distillationOf(values).teacher));
    for (const Row& row : m_rows)
        row.edit->setNumber(row.field->in(values));
    follow();
}

Result<TrainSettings> TrainingForm::settings() const
{
    TrainSettings settings = m_shown;
    distillationOf(settings).teacher = teacher().toStdString();
    settings.dtype = m_products->currentData().toString().toStdString();
    for (const Row& row : m_rows)
        if (row.edit->isEnabled())
            if (const Status read = row.edit->readInto(row.field->in(settings)); !read)
                return read.error();
    if (!m_distils->isChecked())
        settings.aids.distillation.reset();
    return settings;
}

QString TrainingForm::teacher() const
{
    return m_teacher->text().trimmed();
}

void TrainingForm::setTeacher(const QString& model)
{
    m_teacher->setText(model);
}

NumberEdit* TrainingForm::editor(std::string_view key) const
{
    for (const Row& row : m_rows)
        if (row.field->key == key)
            return row.edit;
    return nullptr;
}

} // namespace espalier
