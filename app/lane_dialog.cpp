// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lane_dialog.h"

#include "core/engine/model_source.h"
#include "core/report/model_summary.h"
#include "core/report/training_fields.h"
#include "widgets/controls/buttons.h"
#include "widgets/forms/growth_form.h"
#include "widgets/forms/training_form.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>

namespace espalier {

LaneDialog::LaneDialog(LaneSubject subject, QWidget* parent)
    : QDialog(parent)
    , m_subject(std::move(subject))
    , m_settled(m_subject.train)
    , m_training(new TrainingForm(this))
    , m_growth(new GrowthForm(this))
    , m_problem(makeMuted({}, this))
{
    setWindowTitle(tr("Training of %1").arg(m_subject.title));
    build();
    m_training->setSettings(m_subject.train);
    m_growth->setStages(m_subject.start, m_subject.train.growth);
    connect(m_training, &TrainingForm::edited, this, &LaneDialog::check);
    connect(m_training, &TrainingForm::teacherRequested, this, &LaneDialog::browseTeacher);
    connect(m_growth, &GrowthForm::edited, this, &LaneDialog::check);
    check();
}

void LaneDialog::build()
{
    QVBoxLayout* column = makeColumn(this, space::kSection, space::kControl);
    column->addWidget(makeMuted(
        tr("%1, starts with %2")
            .arg(m_subject.title, QString::fromStdString(describeShape(m_subject.start.shape))),
        this));
    column->addSpacing(space::kGroup);
    column->addWidget(m_training);
    QHBoxLayout* head = makeRow(space::kControl);
    head->addWidget(makeHead(tr("Growth on the way"), this));
    head->addWidget(makeMuted(tr("before a step, the model is made into a larger one"), this), 1);
    auto* add = new QPushButton(tr("Add stage"), this);
    add->setAutoDefault(false);
    head->addWidget(add);
    column->addLayout(head);
    column->addWidget(m_growth);
    m_problem->setWordWrap(true);
    m_problem->setForegroundRole(QPalette::BrightText); // the colour of errors
    m_problem->setMinimumHeight(m_problem->fontMetrics().lineSpacing() * 2);
    m_problem->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    column->addWidget(m_problem);
    column->addStretch(1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = new PrimaryButton(tr("Train like this"), this);
    m_accept->setDefault(true);
    buttons->addButton(m_accept, QDialogButtonBox::AcceptRole);
    column->addWidget(buttons);
    connect(add, &QPushButton::clicked, this, [this] { m_growth->add(m_settled.steps); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void LaneDialog::browseTeacher()
{
    const QString picked = QFileDialog::getExistingDirectory(
        this, tr("Choose the teacher's model folder"), m_training->teacher());
    if (!picked.isEmpty())
        m_training->setTeacher(picked);
}

Result<TrainSettings> LaneDialog::typed() const
{
    Result<TrainSettings> settings = m_training->settings();
    if (!settings)
        return settings;
    Result<std::vector<GrowthStage>> growth = m_growth->stages();
    if (!growth)
        return growth.error();
    settings->growth = *std::move(growth);
    return settings;
}

QString LaneDialog::problemWith(const Result<TrainSettings>& typed) const
{
    if (!typed)
        return QString::fromStdString(typed.error().message);
    if (const auto& distillation = typed->aids.distillation) {
        const std::string& teacher = distillation->teacher;
        if (!teacher.empty() && !isHubName(teacher)
            && !QFileInfo::exists(QString::fromStdString(teacher)))
            return tr("There is no model %1.").arg(QString::fromStdString(teacher));
    }
    const Status sane = m_subject.check(*typed);
    return sane ? QString() : QString::fromStdString(inPlainWords(sane.error().message));
}

void LaneDialog::check()
{
    const Result<TrainSettings> settings = typed();
    const QString problem = problemWith(settings);
    m_problem->setText(problem);
    m_accept->setEnabled(problem.isEmpty());
    if (problem.isEmpty())
        m_settled = *settings;
}

} // namespace espalier
