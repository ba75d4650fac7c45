// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/parent_panel.h"

#include "core/architectures/catalog.h"
#include "core/report/model_facts.h"
#include "widgets/controls/elided_label.h"
#include "widgets/format/number_format.h"
#include "widgets/models/block_list_model.h"
#include "widgets/panels/block_delegate.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QEvent>
#include <QListView>
#include <QPushButton>

namespace espalier {
namespace {

/// Rich text, so that long lines wrap.
QString linesAsToolTip(const std::string& lines)
{
    return QStringLiteral("<qt>%1</qt>")
        .arg(QString::fromStdString(lines).toHtmlEscaped().replace(
            QLatin1Char('\n'), QStringLiteral("<br>")));
}

void showFact(QLabel* label, const ModelFact& fact)
{
    label->setText(QString::fromStdString(fact.text));
    label->setToolTip(linesAsToolTip(fact.help));
    // The palette's bright text is the colour of errors.
    label->setForegroundRole(fact.warns ? QPalette::BrightText : QPalette::PlaceholderText);
}

} // namespace

ParentPanel::ParentPanel(const ViewContext& context, QWidget* parent)
    : QWidget(parent)
    , m_workspace(context.workspace)
    , m_intents(context.intents)
    , m_blocks(new BlockListModel(context.workspace, this))
{
    setMinimumWidth(248);
    QVBoxLayout* column = makeColumn(this, space::kPanel, space::kGroup);
    QHBoxLayout* head = makeRow(space::kControl);
    head->addWidget(makeHead(tr("Parent"), this), 1);
    auto* open = new QPushButton(tr("Open…"), this);
    open->setToolTip(tr("Opens a folder with config.json and model.safetensors; it can also be "
                        "dropped on the window"));
    head->addWidget(open);
    column->addLayout(head);
    auto* name = new ElidedLabel(this);
    name->setElideMode(Qt::ElideMiddle);
    m_name = name;
    QFont nameFont = fonts::number();
    m_name->setFont(nameFont);
    column->addWidget(m_name);
    buildFacts();
    column->addSpacing(space::kControl);
    QHBoxLayout* dataHead = makeRow(space::kControl);
    dataHead->addWidget(makeHead(tr("Data"), this), 1);
    column->addLayout(dataHead);
    m_data = makeMuted({}, this);
    m_loss = makeMuted({}, this);
    for (QLabel* label : {m_data, m_loss})
        label->setWordWrap(true);
    column->addWidget(m_data);
    column->addWidget(m_loss);
    m_measure = new QPushButton(tr("Measure"), this);
    m_measure->setToolTip(tr("One pass of the parent over the data: scores of neurons and heads, "
                             "change and loss of blocks"));
    m_chooseData = new QPushButton(tr("Data…"), this);
    m_chooseData->setToolTip(
        tr("A text, JSON lines, a folder of texts or images, CIFAR, MNIST, or what is built in"));
    dataHead->addWidget(m_measure);
    dataHead->addWidget(m_chooseData);
    column->addSpacing(space::kControl);
    buildList();
    column->addWidget(m_list, 1);

    connect(open, &QPushButton::clicked, &m_intents, &Intents::openRequested);
    connect(m_measure, &QPushButton::clicked, &m_intents, &Intents::measureRequested);
    connect(m_chooseData, &QPushButton::clicked, &m_intents, &Intents::dataRequested);
    connect(&m_workspace, &Workspace::modelChanged, this, &ParentPanel::refresh);
    connect(&m_workspace, &Workspace::dataChanged, this, &ParentPanel::refreshData);
    connect(&m_workspace, &Workspace::measurementsChanged, this, &ParentPanel::refreshData);
    connect(&m_workspace, &Workspace::parentLossChanged, this, &ParentPanel::refreshData);
    connect(&m_workspace, &Workspace::workChanged, this, &ParentPanel::refreshData);
    connect(&m_workspace, &Workspace::selectionChanged, this, &ParentPanel::followSelection);
    connect(&m_workspace, &Workspace::hoveredChanged, this, [this] {
        m_delegate->setHovered(m_workspace.hovered().block);
        m_list->viewport()->update();
    });
    refresh();
}

void ParentPanel::buildFacts()
{
    m_shape = makeMuted({}, this);
    m_figures = makeMuted({}, this);
    for (QLabel* label : {m_shape, m_figures})
        label->setWordWrap(true);
    m_lineage = makeNote(this);
    m_input = makeNote(this);
    m_reach = makeNote(this);
    m_limit = makeNote(this);
    for (QLabel* label : {m_lineage, m_shape, m_figures, m_input, m_reach, m_limit})
        layout()->addWidget(label);
}

void ParentPanel::buildList()
{
    auto* column = static_cast<QVBoxLayout*>(layout());
    QHBoxLayout* head = makeRow(0);
    head->addWidget(makeHead(tr("Blocks"), this), 1);
    auto* change = makeMuted(tr("residual change r"), this);
    change->setToolTip(
        tr("r = mean over tokens of |f(x)| / |x + f(x)|: how much a block changes the stream.\n"
           "Left of it: the block's neuron scores, largest first, on a logarithmic scale.\n"
           "Samragh et al. 2023, section 3"));
    head->addWidget(change);
    column->addLayout(head);
    m_list = new QListView(this);
    m_list->setModel(m_blocks);
    m_delegate = new BlockDelegate(*m_blocks, m_list);
    m_list->setItemDelegate(m_delegate);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("Blocks of the parent"));
    m_list->viewport()->setAutoFillBackground(false);
    m_list->viewport()->installEventFilter(this);
    connect(m_blocks, &QAbstractItemModel::modelReset, this, &ParentPanel::fitBlocks);
    connect(m_list, &QListView::entered, this,
        [this](const QModelIndex& index) { Q_EMIT m_intents.hoverEdited({.block = index.row()}); });
    connect(
        m_list, &QListView::viewportEntered, this, [this] { Q_EMIT m_intents.hoverEdited({}); });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& index) {
            if (!m_showingSelection && index.isValid())
                Q_EMIT m_intents.selectionEdited({.block = index.row()});
        });
}

bool ParentPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        fitBlocks();
    return QWidget::eventFilter(watched, event);
}

void ParentPanel::fitBlocks()
{
    m_delegate->fit(m_blocks->rowCount(), m_list->viewport()->height());
}

void ParentPanel::refresh()
{
    const ModelSummary* model = m_workspace.model();
    m_name->setText(model == nullptr ? tr("none") : QString::fromStdString(model->name));
    m_name->setToolTip(
        model == nullptr ? QString() : QString::fromStdString(model->path).toHtmlEscaped());
    if (model != nullptr) {
        refreshFacts(*model);
    } else {
        m_shape->setText(tr("Open a model folder, or drop one here."));
        for (QLabel* label : {m_lineage, m_figures, m_input, m_reach, m_limit})
            label->clear();
    }
    for (QLabel* label : {m_lineage, m_figures, m_input, m_reach, m_limit})
        label->setVisible(!label->text().isEmpty());
    refreshData();
}

void ParentPanel::refreshFacts(const ModelSummary& model)
{
    const ModelConfig& config = model.config;
    const ModelFact head = headFact(config);
    const ModelFact type = typeFact(model);
    m_shape->setText(QString::fromStdString(describeShape(config.shape) + ", " + head.text));
    m_shape->setToolTip(linesAsToolTip(
        describeHeads(config.shape) + '\n' + describeInputs(config) + '\n' + head.help));
    const std::string_view family = architectureOf(config).title;
    QStringList figures{QString::fromUtf8(family.data(), static_cast<qsizetype>(family.size())),
        tr("%1 parameters")
            .arg(formatParameters(static_cast<double>(m_workspace.parentFootprint().parameters)))};
    figures << (model.freshWeights ? tr("fresh weights") : QString::fromStdString(type.text));
    m_figures->setText(figures.join(QStringLiteral(" · ")));
    m_figures->setToolTip(linesAsToolTip(type.help));
    showFact(m_lineage, lineageFact(model));
    showFact(m_input, inputFact(model));
    showFact(m_reach, reachFact(config));
    const std::vector<ModelFact> limits = limitFacts(config);
    showFact(m_limit, limits.empty() ? ModelFact{} : limits.front());
}

void ParentPanel::refreshData()
{
    const bool hasModel = m_workspace.model() != nullptr;
    const QString source = QString::fromStdString(m_workspace.data().source);
    const Measurements* measured = m_workspace.measurements();
    if (!hasModel)
        m_data->setText(QStringLiteral("—"));
    else if (measured != nullptr)
        m_data->setText(
            tr("%1 · %2 samples")
                .arg(QString::fromStdString(measured->data), formatCount(measured->samples)));
    else
        m_data->setText(source.isEmpty() ? tr("None that fit are built in") : source);
    const auto& loss = m_workspace.parentLoss();
    if (!loss)
        m_loss->clear();
    else if (loss->accuracy)
        m_loss->setText(tr("Loss %1, accuracy %2")
                            .arg(formatValue(loss->loss, 3), formatPercent(*loss->accuracy)));
    else if (loss->floor)
        m_loss->setText(tr("Loss %1 nats, entropy %2")
                            .arg(formatValue(loss->loss, 3), formatValue(*loss->floor, 3)));
    else
        m_loss->setText(tr("Loss %1 nats").arg(formatValue(loss->loss, 3)));
    const bool busy = m_workspace.work(Activity::Measuring).running
        || m_workspace.work(Activity::Opening).running
        || m_workspace.work(Activity::ReadingData).running;
    m_measure->setEnabled(hasModel && !source.isEmpty() && !busy);
    m_chooseData->setEnabled(hasModel && !busy);
}

void ParentPanel::followSelection()
{
    m_showingSelection = true;
    const int block = m_workspace.selection().block;
    if (block < 0) {
        m_list->clearSelection();
        m_list->setCurrentIndex({});
    } else if (block < m_blocks->rowCount()) {
        m_list->setCurrentIndex(m_blocks->index(block));
    }
    m_showingSelection = false;
}

} // namespace espalier
