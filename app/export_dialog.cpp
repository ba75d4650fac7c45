// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/export_dialog.h"

#include "widgets/controls/buttons.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLineEdit>
#include <QRadioButton>

namespace espalier {

ExportDialog::ExportDialog(const ExportSubject& subject, QWidget* parent)
    : QDialog(parent)
    , m_weights(new QRadioButton(tr("Weights, config and recipe"), this))
    , m_recipeOnly(new QRadioButton(tr("Config and recipe only"), this))
    , m_format(new QComboBox(this))
    , m_type(new QComboBox(this))
    , m_folder(new QLineEdit(subject.folder, this))
    , m_problem(makeMuted({}, this))
{
    setWindowTitle(subject.title);
    setMinimumWidth(480);
    QVBoxLayout* column = makeColumn(this, space::kSection, space::kControl);
    column->addWidget(makeHead(subject.title, this));
    column->addWidget(makeMuted(subject.summary, this));
    column->addSpacing(space::kControl);
    m_weights->setChecked(true);
    m_weights->setToolTip(tr("A model folder that stock tools load; it is read back and compared "
                             "before it counts as done"));
    m_recipeOnly->setToolTip(
        tr("The shape and how to make it: for training frameworks that start from a config"));
    m_recipeOnly->setEnabled(subject.mayOmitWeights);
    column->addWidget(m_weights);
    column->addWidget(m_recipeOnly);
    column->addSpacing(space::kControl);

    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setHorizontalSpacing(space::kSection);
    form->setVerticalSpacing(space::kControl);
    m_format->addItem(tr("Hugging Face folder"), static_cast<int>(ExportFormat::HuggingFace));
    m_format->addItem(tr("HDF5 file"), static_cast<int>(ExportFormat::Hdf5));
    m_type->addItem(tr("as the parent"), -1);
    m_type->addItem(QStringLiteral("F32"), static_cast<int>(Dtype::F32));
    m_type->addItem(QStringLiteral("F16"), static_cast<int>(Dtype::F16));
    m_type->addItem(QStringLiteral("BF16"), static_cast<int>(Dtype::BF16));
    form->addRow(tr("Format"), m_format);
    form->addRow(tr("Number type"), m_type);
    QHBoxLayout* place = makeRow(space::kControl);
    auto* browseButton = new QPushButton(tr("Browse…"), this);
    place->addWidget(m_folder, 1);
    place->addWidget(browseButton);
    form->addRow(tr("Folder"), place);
    column->addLayout(form);
    m_problem->setWordWrap(true);
    m_problem->setMinimumHeight(m_problem->sizeHint().height() * 2);
    column->addWidget(m_problem);
    column->addStretch(1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = new PrimaryButton(tr("Export"), this);
    m_accept->setDefault(true);
    buttons->addButton(m_accept, QDialogButtonBox::AcceptRole);
    column->addWidget(buttons);

    connect(browseButton, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(m_folder, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(m_weights, &QRadioButton::toggled, m_type, &QWidget::setEnabled);
    connect(m_weights, &QRadioButton::toggled, m_format, &QWidget::setEnabled);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
}

void ExportDialog::browse()
{
    const QString above = QFileInfo(m_folder->text()).path();
    const QString picked =
        QFileDialog::getExistingDirectory(this, tr("Folder for the new model's folder"), above);
    if (!picked.isEmpty())
        m_folder->setText(QDir(picked).filePath(QFileInfo(m_folder->text()).fileName()));
}

void ExportDialog::check()
{
    const QString folder = m_folder->text().trimmed();
    const QFileInfo info(folder);
    QString problem;
    if (folder.isEmpty())
        problem = tr("Name a new folder.");
    else if (info.exists() && !info.isDir())
        problem = tr("%1 is a file; name a new folder.").arg(folder);
    else if (info.isDir() && !QDir(folder).isEmpty())
        problem = tr("%1 already holds something; name a new or an empty folder.").arg(folder);
    else if (!QFileInfo(info.absolutePath()).isDir())
        problem = tr("%1 does not exist.").arg(info.absolutePath());
    m_problem->setText(problem);
    m_accept->setEnabled(problem.isEmpty());
}

ExportOrder ExportDialog::order() const
{
    ExportOrder order;
    order.folder = m_folder->text().trimmed().toStdString();
    order.settings.format = static_cast<ExportFormat>(m_format->currentData().toInt());
    order.settings.weights = m_weights->isChecked();
    if (const int type = m_type->currentData().toInt(); type >= 0 && order.settings.weights)
        order.settings.dtype = static_cast<Dtype>(type);
    return order;
}

} // namespace espalier
