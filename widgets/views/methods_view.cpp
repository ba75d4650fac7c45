// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/methods_view.h"

#include "core/methods/catalog.h"
#include "core/report/plan_difference.h"
#include "widgets/controls/state_frame.h"
#include "widgets/format/number_format.h"
#include "widgets/forms/method_box.h"
#include "widgets/panels/layout.h"
#include "widgets/plot/heatmap_plot.h"
#include "widgets/theme/theme.h"

#include <QHeaderView>
#include <QResizeEvent>
#include <QTableWidget>

#include <algorithm>

namespace espalier {
namespace {

constexpr int kTableRows = 7;

QString titleOf(const std::string& method)
{
    const Method* row = findMethod(method);
    return row ? QString::fromUtf8(row->title.data(), static_cast<qsizetype>(row->title.size()))
               : QString::fromStdString(method);
}

QString lossText(const std::optional<LossSummary>& loss)
{
    return loss ? formatValue(loss->loss, 3) : QStringLiteral("…");
}

QString shareText(const std::optional<double>& share)
{
    return share ? QStringLiteral("%1 %").arg(100 * *share, 0, 'f', 1) : QStringLiteral("—");
}

} // namespace

MethodsView::MethodsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
{
    auto* content = new QWidget;
    buildMaps(content);
    m_frame = new StateFrame(content, this);
    makeColumn(this, 0, 0)->addWidget(m_frame);
    connect(m_frame, &StateFrame::emptyButtonClicked, &intents(), &Intents::openRequested);
    connect(m_rival, &MethodBox::methodChosen, &intents(), &Intents::rivalEdited);
    connect(&workspace(), &Workspace::previewChanged, this, &MethodsView::rebuild);
    connect(&workspace(), &Workspace::rivalChanged, this, &MethodsView::rebuild);
    connect(&workspace(), &Workspace::planChanged, this, &MethodsView::rebuild);
    connect(&workspace(), &Workspace::untrainedLossChanged, this, &MethodsView::rebuildTable);
    connect(&workspace(), &Workspace::modelChanged, this, &MethodsView::refreshState);
    for (HeatmapPlot* plot : {m_first, m_second})
        connect(plot, &PlotWidget::saveFailed, &intents(), &Intents::messageRaised);
    rebuild();
}

PlotWidget* MethodsView::mainPlot() const
{
    return m_second;
}

void MethodsView::buildMaps(QWidget* content)
{
    QVBoxLayout* column = makeColumn(content, space::kPanel, space::kControl);
    m_maps = makeRow(space::kSection);
    const auto addSide = [&](QWidget* head, HeatmapPlot*& plot, const QString& name) {
        auto* side = new QVBoxLayout;
        side->setSpacing(space::kGroup);
        plot = new HeatmapPlot;
        plot->setColourScale(ColourScale::Linear);
        plot->setAccessibleName(name); // until it shows a weight, which has its own
        head->setFixedHeight(28);
        side->addWidget(head);
        side->addWidget(plot, 1);
        m_maps->addLayout(side, 1);
    };
    m_firstHead = makeNote(content);
    addSide(m_firstHead, m_first, tr("Weight made by the recipe"));
    m_first->setColourBarVisible(false);
    m_rival = new MethodBox(content);
    m_rival->setAccessibleName(tr("Method on the right"));
    m_rival->setToolTip(tr("The method on the right: the same shape, its own default parameters"));
    addSide(m_rival, m_second, tr("The same weight made by the other method"));
    column->addLayout(m_maps, 1);
    m_secondHead = makeNote(content);
    column->addWidget(m_secondHead);

    m_table = new QTableWidget(kTableRows, 3, content);
    m_table->setHorizontalHeaderLabels({QString(), tr("Recipe"), tr("Other")});
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Fixed);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setFocusPolicy(Qt::NoFocus);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setWordWrap(false);
    // All rows where there is room; elsewhere it scrolls and leaves the race its own.
    m_table->setMinimumHeight(24 * 4 + 4);
    m_table->setMaximumHeight(24 * (kTableRows + 1) + 4);
    column->addWidget(m_table);
}

void MethodsView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (workspace().rival().method.empty() && workspace().model() != nullptr) {
        const std::string_view control = controlMethod().id;
        Q_EMIT intents().rivalEdited(
            QString::fromUtf8(control.data(), static_cast<qsizetype>(control.size())));
    }
}

/// The right side is wider by the colour bar, so that both maps have the same size.
void MethodsView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    const int room = width() - 2 * space::kPanel - space::kSection - HeatmapPlot::kColourBarWidth;
    m_maps->setStretch(0, std::max(room / 2, 1));
    m_maps->setStretch(1, std::max(room / 2, 1) + HeatmapPlot::kColourBarWidth);
}

void MethodsView::rebuild()
{
    refreshState();
    m_rival->setMethod(QString::fromStdString(workspace().rival().method));
    rebuildMaps();
    rebuildTable();
}

void MethodsView::rebuildMaps()
{
    const auto& first = workspace().preview();
    const auto& second = workspace().rival().preview;
    const std::string_view name = nameOf(workspace().previewed().role);
    m_firstHead->setText(tr("%1 · %2").arg(titleOf(workspace().recipe().method),
        QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()))));
    m_secondHead->setText(workspace().rival().problem);
    m_secondHead->setVisible(!workspace().rival().problem.isEmpty());
    if (!first)
        return;
    const WeightReport one = weightReport(*first);
    double largest = one.largest;
    m_first->setHeatmap(one.after);
    if (second && second->child == first->child) {
        const WeightReport other = weightReport(*second);
        largest = std::max(largest, other.largest);
        m_second->setHeatmap(other.after);
    } else {
        m_second->setHeatmap({});
    }
    m_second->setEmptyMessage(workspace().rival().problem.isEmpty()
            ? tr("Choose a method to compare with")
            : tr("This method cannot make this destination"));
    m_first->setValueRange(-largest, largest);
    m_second->setValueRange(-largest, largest);
}

void MethodsView::setRow(int row, const QString& title, const QString& first, const QString& second)
{
    const QString texts[] = {title, first, second};
    for (int column = 0; column < 3; ++column) {
        auto* item = new QTableWidgetItem(texts[column]);
        item->setToolTip(texts[column].toHtmlEscaped());
        m_table->setItem(row, column, item);
    }
}

void MethodsView::rebuildTable()
{
    const auto plan = workspace().plan();
    const Rival& rival = workspace().rival();
    m_table->setVisible(plan && rival.plan);
    if (!plan || !rival.plan)
        return;
    fillTable(*plan, rival);
    m_table->resizeColumnToContents(0);
    m_table->setColumnWidth(0, m_table->columnWidth(0) + space::kControl);
}

void MethodsView::fillTable(const TransferPlan& recipePlan, const Rival& rival)
{
    const PlanDifference plans = planDifference(recipePlan, *rival.plan);
    setRow(0, tr("Method"), titleOf(recipePlan.method), titleOf(rival.method));
    setRow(1, tr("Untrained loss, nats"), lossText(workspace().untrainedLoss()),
        lossText(rival.untrainedLoss));
    setRow(2, tr("Parent block of each block"), QString::fromStdString(plans.firstBlocks),
        QString::fromStdString(plans.secondBlocks));
    setRow(3, tr("Residual channels used"),
        tr("%1, of these %2 by both")
            .arg(formatCount(plans.sharedChannels + plans.onlyFirst),
                formatCount(plans.sharedChannels)),
        formatCount(plans.sharedChannels + plans.onlySecond));
    const auto& first = workspace().preview();
    if (!first || !rival.preview || rival.preview->child != first->child) {
        setRow(4, tr("Standard deviation"), {}, {});
        setRow(5, tr("Cells with the same value"), {}, {});
        setRow(6, tr("Correlation of the two"), {}, {});
        return;
    }
    const WeightDifference weights = weightDifference(first->after, rival.preview->after);
    setRow(4, tr("Standard deviation"), formatValue(weights.firstStd, 4),
        formatValue(weights.secondStd, 4));
    setRow(5, tr("Cells with the same value"), shareText(weights.equalShare), {});
    setRow(6, tr("Correlation of the two"),
        weights.correlation ? formatValue(*weights.correlation, 3) : QStringLiteral("—"), {});
}

void MethodsView::refreshState()
{
    if (workspace().model() == nullptr)
        m_frame->showEmpty(tr("No model is open."), tr("Open model…"));
    else if (!workspace().plan())
        m_frame->showEmpty(workspace().planProblem().isEmpty() ? tr("There is no destination yet.")
                                                               : workspace().planProblem());
    else
        m_frame->showReady();
}

} // namespace espalier
