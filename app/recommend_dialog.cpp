// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recommend_dialog.h"

#include "core/report/model_summary.h"
#include "widgets/controls/buttons.h"
#include "widgets/controls/elided_label.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QHeaderView>
#include <QProgressBar>
#include <QTreeWidget>

#include <algorithm>

namespace espalier {
namespace {

constexpr QSize kSize(960, 560);
constexpr int kSteps = 1000; ///< of the progress bar
constexpr int kRowHeight = 24;
constexpr int kNameWidth = 152;
constexpr int kModelRole = Qt::UserRole; ///< the whole name of a model

QTreeWidget* makeList(const QString& name, QWidget* parent)
{
    auto* list = new QTreeWidget(parent);
    list->setAccessibleName(name);
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setTextElideMode(Qt::ElideMiddle);
    list->header()->setStretchLastSection(false);
    return list;
}

/// "untrained loss", "nats": "Untrained loss, nats".
QString headerOf(const TableColumn& column)
{
    QString text = QString::fromStdString(column.title);
    text[0] = text[0].toUpper();
    return column.unit.empty() ? text
                               : text + QStringLiteral(", ") + QString::fromStdString(column.unit);
}

/// The last folder of a path; names of the Hub as they are.
QString shortName(const QString& model)
{
    return QDir::isAbsolutePath(model) ? QDir(model).dirName() : model;
}

QString textOf(const TableCell& cell)
{
    const auto* text = std::get_if<std::string>(&cell);
    return text == nullptr ? QString() : QString::fromStdString(*text);
}

} // namespace

RecommendDialog::RecommendDialog(const RecommendSubject& subject, QWidget* parent)
    : QDialog(parent)
    , m_subject(subject)
    , m_models(makeList(tr("Models to look at"), this))
    , m_answers(makeList(tr("Parents, nearest first"), this))
    , m_allSizes(new QCheckBox(tr("Heads and MLP units as in the destination"), this))
    , m_measures(new QCheckBox(this))
    , m_progress(new QProgressBar(this))
    , m_note(makeNote(this))
{
    setWindowTitle(tr("Recommend a parent"));
    resize(kSize);
    build();
    for (const QString& name : subject.chosen)
        addModel(name, true);
    for (const QString& name : subject.others)
        addModel(name, false);
    connect(m_models, &QTreeWidget::itemChanged, this, &RecommendDialog::refresh);
    connect(m_answers, &QTreeWidget::itemSelectionChanged, this, &RecommendDialog::refresh);
    connect(m_answers, &QTreeWidget::itemActivated, this, &QDialog::accept);
    setRunning(false);
}

void RecommendDialog::build()
{
    QVBoxLayout* column = makeColumn(this, space::kSection, space::kControl);
    column->addWidget(makeHead(tr("Which parent is nearest to the destination?"), this));
    column->addWidget(makeMuted(QString::fromStdString(describeShape(m_subject.wanted)), this));
    column->addSpacing(space::kControl);
    addModels(*column);
    m_allSizes->setChecked(true);
    m_allSizes->setToolTip(
        tr("Otherwise only layers and width are wanted; the rest follows each parent's ratios"));
    column->addWidget(m_allSizes);
    const QString source = QString::fromStdString(m_subject.data.source);
    m_measures->setText(source.isEmpty()
            ? tr("Measure (no data are chosen)")
            : tr("Measure energy kept and untrained loss on %1").arg(source));
    m_measures->setEnabled(!source.isEmpty());
    m_measures->setChecked(!source.isEmpty());
    m_measures->setToolTip(tr("Makes the destination from each parent and scores it.\n"
                              "Losses of parents with other tokens do not compare"));
    column->addWidget(m_measures);
    column->addSpacing(space::kControl);
    addAnswers(*column);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_rank = new PrimaryButton(tr("Rank"), this);
    m_rank->setDefault(true);
    m_open = new QPushButton(tr("Open"), this);
    m_open->setAutoDefault(false);
    m_open->setToolTip(tr("Opens the picked model as the parent"));
    buttons->addButton(m_rank, QDialogButtonBox::ActionRole);
    buttons->addButton(m_open, QDialogButtonBox::AcceptRole);
    column->addWidget(buttons);
    connect(m_rank, &QPushButton::clicked, this, &RecommendDialog::startOrCancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void RecommendDialog::addModels(QVBoxLayout& column)
{
    QHBoxLayout* head = makeRow(space::kControl);
    head->addWidget(makeHead(tr("Models to look at"), this), 1);
    auto* add = new QPushButton(tr("Add folder…"), this);
    add->setAutoDefault(false);
    head->addWidget(add);
    column.addLayout(head);
    m_models->setHeaderHidden(true);
    m_models->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    column.addWidget(m_models, 2);
    connect(add, &QPushButton::clicked, this, &RecommendDialog::browse);
}

void RecommendDialog::addAnswers(QVBoxLayout& column)
{
    QLabel* head = makeHead(tr("Nearest first"), this);
    head->setToolTip(tr("Those that can make the shape, then heads of the wanted size,\n"
                        "then parameters kept times the ratio of depths"));
    column.addWidget(head);
    const Table table = parentTable({});
    QTreeWidgetItem* titles = m_answers->headerItem();
    for (int i = 0; i < static_cast<int>(table.columns.size()); ++i) {
        const TableColumn& answer = table.columns[static_cast<std::size_t>(i)];
        titles->setText(i, headerOf(answer));
        if (answer.alignment == Alignment::Right)
            titles->setTextAlignment(i, Qt::AlignRight | Qt::AlignVCenter);
        m_answers->header()->setSectionResizeMode(i, QHeaderView::ResizeToContents);
    }
    m_answers->header()->setSectionResizeMode(0, QHeaderView::Interactive);
    m_answers->header()->resizeSection(0, kNameWidth);
    m_answers->header()->setSectionResizeMode(titles->columnCount() - 1, QHeaderView::Stretch);
    m_answers->setToolTip(tr("Double click a parent to open it"));
    m_answers->setTextElideMode(Qt::ElideRight);
    column.addWidget(m_answers, 3);
    m_progress->setRange(0, kSteps);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    QSizePolicy keepsItsPlace = m_progress->sizePolicy();
    keepsItsPlace.setRetainSizeWhenHidden(true);
    m_progress->setSizePolicy(keepsItsPlace);
    column.addWidget(m_progress);
    column.addWidget(m_note);
}

void RecommendDialog::addModel(const QString& name, bool chosen)
{
    if (!m_models->findItems(name, Qt::MatchExactly).isEmpty())
        return;
    auto* row = new QTreeWidgetItem(m_models, {name});
    row->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    row->setCheckState(0, chosen ? Qt::Checked : Qt::Unchecked);
    row->setToolTip(0, name);
    row->setSizeHint(0, {0, kRowHeight});
}

RecommendSettings RecommendDialog::settings() const
{
    RecommendSettings settings;
    for (int i = 0; i < m_models->topLevelItemCount(); ++i)
        if (m_models->topLevelItem(i)->checkState(0) == Qt::Checked)
            settings.parents.push_back(m_models->topLevelItem(i)->text(0).toStdString());
    for (const Size size : kAllSizes) {
        const bool wanted = size == Size::Layers || size == Size::Hidden || isOfTask(size)
            || m_allSizes->isChecked();
        if (const std::int64_t value = get(m_subject.wanted, size); wanted && value > 0)
            settings.sizes.emplace_back(size, value);
    }
    if (m_measures->isChecked())
        settings.data = m_subject.data;
    return settings;
}

QString RecommendDialog::model() const
{
    const QList<QTreeWidgetItem*> picked = m_answers->selectedItems();
    return picked.isEmpty() ? QString() : picked.constFirst()->data(0, kModelRole).toString();
}

void RecommendDialog::showProgress(double fraction, const QString& stage)
{
    m_progress->setValue(static_cast<int>(fraction * kSteps));
    m_note->setText(stage);
}

void RecommendDialog::showFits(const std::vector<ParentFit>& fits)
{
    const QString picked = model();
    m_answers->clear();
    const Table table = parentTable(fits);
    for (const std::vector<TableCell>& cells : table.rows) {
        auto* row = new QTreeWidgetItem(m_answers);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const int column = static_cast<int>(i);
            row->setText(column, textOf(cells[i]));
            row->setToolTip(column, textOf(cells[i]));
            if (table.columns[i].alignment == Alignment::Right)
                row->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        }
        const QString name = row->text(0);
        row->setData(0, kModelRole, name);
        row->setText(0, shortName(name));
        row->setSizeHint(0, {0, kRowHeight});
        if (name == picked)
            m_answers->setCurrentItem(row);
    }
    refresh();
}

void RecommendDialog::showFinished()
{
    setRunning(false);
    if (model().isEmpty())
        m_answers->setCurrentItem(m_answers->topLevelItem(0));
}

void RecommendDialog::setRunning(bool running)
{
    m_running = running;
    m_progress->setVisible(running);
    m_rank->setText(running ? tr("Cancel") : tr("Rank"));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_models, m_allSizes})
        widget->setEnabled(!running);
    m_measures->setEnabled(!running && !m_subject.data.source.empty());
    m_note->setText(running || m_answers->topLevelItemCount() > 0
            ? QString()
            : tr("Rank looks at the chosen models, one after another."));
    refresh();
}

void RecommendDialog::startOrCancel()
{
    if (m_running) {
        setRunning(false);
        Q_EMIT cancelRequested();
        return;
    }
    m_answers->clear();
    setRunning(true);
    Q_EMIT rankRequested(settings());
}

void RecommendDialog::browse()
{
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Add a model folder"), QDir::homePath());
    if (folder.isEmpty())
        return;
    addModel(folder, true);
    refresh();
}

void RecommendDialog::refresh()
{
    m_rank->setEnabled(m_running || !settings().parents.empty());
    m_open->setEnabled(!model().isEmpty());
    const QList<QTreeWidgetItem*> picked = m_answers->selectedItems();
    if (!m_running && !picked.isEmpty()) // its column may be too narrow
        m_note->setText(picked.constFirst()->text(m_answers->columnCount() - 1));
}

} // namespace espalier
