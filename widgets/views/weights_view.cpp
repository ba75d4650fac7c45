// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/weights_view.h"

#include "core/plan/provenance.h"
#include "core/report/weight_report.h"
#include "widgets/controls/state_frame.h"
#include "widgets/format/number_format.h"
#include "widgets/panels/layout.h"
#include "widgets/plot/heatmap_plot.h"
#include "widgets/plot/histogram_plot.h"
#include "widgets/theme/theme.h"

#include <QComboBox>

#include <algorithm>

namespace espalier {
namespace {

QString titleOf(Role role)
{
    const std::string_view name = nameOf(role);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

QString sizeText(const WeightMatrix& matrix)
{
    return QStringLiteral("%1 × %2").arg(matrix.rows).arg(matrix.columns);
}

} // namespace

WeightsView::WeightsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_before(new HeatmapPlot)
    , m_after(new HeatmapPlot)
    , m_histogram(new HistogramPlot)
{
    auto* content = new QWidget;
    QVBoxLayout* column = makeColumn(content, space::kPanel, space::kControl);
    auto* bar = new QWidget(content);
    buildPicker(bar);
    column->addWidget(bar);
    auto* maps = makeRow(space::kSection);
    const auto addMap = [&](QLabel*& head, HeatmapPlot* plot) {
        auto* side = new QVBoxLayout;
        side->setSpacing(space::kGroup);
        head = makeNote(content);
        side->addWidget(head);
        side->addWidget(plot, 1);
        maps->addLayout(side, 1);
        plot->setColourScale(ColourScale::Linear);
    };
    addMap(m_beforeHead, m_before);
    addMap(m_afterHead, m_after);
    m_before->setColourBarVisible(false);
    column->addLayout(maps, 5);
    m_origin = makeNote(content);
    column->addWidget(m_origin);
    m_histogram->setMinimumHeight(136);
    column->addWidget(m_histogram, 3);

    m_frame = new StateFrame(content, this);
    makeColumn(this, 0, 0)->addWidget(m_frame);
    connect(m_frame, &StateFrame::emptyButtonClicked, &intents(), &Intents::openRequested);
    connect(m_frame, &StateFrame::retryRequested, this, &WeightsView::choose);
    connect(&workspace(), &Workspace::planChanged, this, &WeightsView::fillPicker);
    connect(&workspace(), &Workspace::previewChanged, this, &WeightsView::rebuild);
    connect(&workspace(), &Workspace::selectionChanged, this, &WeightsView::followSelection);
    connect(&workspace(), &Workspace::modelChanged, this, &WeightsView::refreshState);
    connect(&workspace(), &Workspace::workChanged, this, &WeightsView::refreshState);
    connect(m_after, &HeatmapPlot::cellHovered, this,
        [this](int row, int cell) { m_origin->setText(provenance(row, cell)); });
    connect(m_after, &HeatmapPlot::hoverEnded, this, &WeightsView::rebuild);
    for (PlotWidget* plot : {static_cast<PlotWidget*>(m_before), static_cast<PlotWidget*>(m_after),
             static_cast<PlotWidget*>(m_histogram)})
        connect(plot, &PlotWidget::saveFailed, &intents(), &Intents::messageRaised);
    fillPicker();
    rebuild();
}

PlotWidget* WeightsView::mainPlot() const
{
    return m_after;
}

void WeightsView::buildPicker(QWidget* bar)
{
    auto* row = makeRow(space::kControl);
    bar->setLayout(row);
    m_role = new QComboBox(bar);
    m_role->setAccessibleName(tr("Weight"));
    m_role->setToolTip(tr("The weight that is shown, named by its role"));
    m_role->setMinimumContentsLength(24);
    m_block = new QComboBox(bar);
    m_block->setAccessibleName(tr("Block"));
    m_block->setToolTip(tr("The destination's block, counted from 0"));
    row->addWidget(m_role);
    row->addWidget(m_block);
    row->addStretch(1);
    connect(m_role, &QComboBox::activated, this, &WeightsView::choose);
    connect(m_block, &QComboBox::activated, this, &WeightsView::choose);
}

void WeightsView::fillPicker()
{
    const auto plan = workspace().plan();
    refreshState();
    if (!plan)
        return;
    m_filling = true;
    const ParameterId shown = workspace().previewed();
    m_role->clear();
    int previous = -1;
    for (const ParameterSpec& spec : parametersOf(plan->child)) {
        const int role = static_cast<int>(spec.id.role);
        if (m_role->findData(role) < 0)
            m_role->addItem(titleOf(spec.id.role), role);
        if (spec.id.role == shown.role)
            previous = m_role->findData(role);
    }
    m_role->setCurrentIndex(std::max(previous, 0));
    m_block->clear();
    const std::int64_t layers = plan->child.shape.layers;
    for (std::int64_t block = 0; block < blocksOf(plan->child.shape); ++block)
        m_block->addItem(block < layers ? tr("Block %1").arg(block)
                                        : tr("Class attention %1").arg(block - layers));
    m_block->setCurrentIndex(std::clamp(shown.block, 0, m_block->count() - 1));
    m_block->setEnabled(isPerBlock(static_cast<Role>(m_role->currentData().toInt())));
    m_filling = false;
    choose();
}

void WeightsView::choose()
{
    if (m_filling || m_role->count() == 0)
        return;
    const auto role = static_cast<Role>(m_role->currentData().toInt());
    m_block->setEnabled(isPerBlock(role));
    Q_EMIT intents().previewRequested(
        {role, isPerBlock(role) ? std::max(m_block->currentIndex(), 0) : -1});
}

void WeightsView::followSelection()
{
    const auto plan = workspace().plan();
    const int picked = workspace().selection().block;
    if (!plan || picked < 0)
        return;
    for (std::size_t block = 0; block < plan->blocks.size(); ++block) {
        const auto& terms = plan->blocks[block].terms;
        if (std::any_of(terms.begin(), terms.end(),
                [picked](const SourceTerm& t) { return t.parentBlock == picked; })) {
            m_block->setCurrentIndex(static_cast<int>(block));
            choose();
            return;
        }
    }
}

void WeightsView::rebuild()
{
    refreshState();
    const auto& preview = workspace().preview();
    const auto plan = workspace().plan();
    if (!preview || !plan)
        return;
    const WeightReport report = weightReport(*preview);
    m_before->setHeatmap(report.before);
    m_after->setHeatmap(report.after);
    m_before->setValueRange(-report.largest, report.largest);
    m_after->setValueRange(-report.largest, report.largest);
    m_histogram->setChart(report.histograms);
    const bool fits = hasParameter(plan->child, preview->child);
    const SourceMarks marks = fits ? sourceMarks(*plan, preview->child) : SourceMarks{};
    m_before->setDroppedRows(marks.droppedRows);
    m_before->setDroppedColumns(marks.droppedColumns);
    m_before->setEmptyMessage(tr("Fresh values: nothing comes from the parent"));
    QString source = tr("Parent");
    if (preview->source && preview->source->block >= 0)
        source += tr(", block %1").arg(preview->source->block);
    if (preview->source)
        source += QStringLiteral(" · ") + sizeText(preview->before);
    m_beforeHead->setText(source);
    QString made = tr("Destination · %1").arg(sizeText(preview->after));
    if (preview->source)
        made += tr(" · times %1").arg(formatValue(preview->scale, 4));
    m_afterHead->setText(made);
    m_origin->setText(tr("Hover a cell of the destination to see where it comes from."));
}

QString WeightsView::provenance(int row, int column) const
{
    const auto plan = workspace().plan();
    const auto& preview = workspace().preview();
    if (!plan || !preview || row < 0 || column < 0 || !hasParameter(plan->child, preview->child))
        return {};
    const ParameterSpec spec = parameterOf(plan->child, preview->child);
    const std::vector<std::int64_t> sizes = sizesOf(spec, plan->child.shape);
    std::vector<std::int64_t> index{column};
    if (sizes.size() > 1)
        index.insert(index.begin(), row);
    for (std::size_t d = 0; d < sizes.size(); ++d)
        if (index[d] >= sizes[d])
            return {};
    const QString origin = QString::fromStdString(describe(originOf(*plan, preview->child, index)));
    const QString place = sizes.size() > 1 ? QStringLiteral("[%1, %2]").arg(row).arg(column)
                                           : QStringLiteral("[%1]").arg(column);
    return tr("%1 comes from %2").arg(place, origin);
}

void WeightsView::refreshState()
{
    const Failure failure = workspace().failure(Activity::Previewing);
    if (workspace().model() == nullptr)
        m_frame->showEmpty(tr("No model is open."), tr("Open model…"));
    else if (!workspace().plan() && workspace().work(Activity::Measuring).running)
        m_frame->showWorking(
            tr("Waiting for the measurements"), workspace().work(Activity::Measuring).fraction);
    else if (!workspace().plan())
        m_frame->showEmpty(workspace().planProblem().isEmpty() ? tr("There is no destination yet.")
                                                               : workspace().planProblem());
    else if (!failure.what.isEmpty())
        m_frame->showFailed(failure.what, failure.why, failure.nextStep);
    else
        m_frame->showReady();
}

} // namespace espalier
