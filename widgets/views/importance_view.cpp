// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/importance_view.h"

#include "core/report/dropped.h"
#include "widgets/controls/buttons.h"
#include "widgets/controls/state_frame.h"
#include "widgets/format/number_format.h"
#include "widgets/panels/layout.h"
#include "widgets/panels/measurement_state.h"
#include "widgets/plot/heatmap_plot.h"
#include "widgets/theme/theme.h"

#include <algorithm>
#include <cmath>

namespace espalier {

ImportanceView::ImportanceView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_plot(new HeatmapPlot)
{
    auto* content = new QWidget;
    QVBoxLayout* column = makeColumn(content, space::kPanel, space::kControl);
    auto* bar = new QWidget(content);
    column->addWidget(bar);
    buildBar(bar);
    column->addWidget(m_plot, 1); // behind the bar for Tab, too
    m_plot->setMarginal(Marginal::Columns);
    m_plot->setColourScale(ColourScale::Logarithmic);

    m_frame = new StateFrame(content, this);
    makeColumn(this, 0, 0)->addWidget(m_frame);
    followMeasurements(m_frame, context,
        tr("Which neurons matter shows after one short pass of the parent over some text or "
           "images."));

    connect(&workspace(), &Workspace::measurementsChanged, this, &ImportanceView::rebuild);
    connect(&workspace(), &Workspace::planChanged, this, &ImportanceView::mark);
    connect(&workspace(), &Workspace::selectionChanged, this, &ImportanceView::highlight);
    connect(&workspace(), &Workspace::hoveredChanged, this, &ImportanceView::highlight);
    connect(m_plot, &HeatmapPlot::cellHovered, this,
        [this](int row, int cell) { Q_EMIT intents().hoverEdited(selectionAt(row, cell)); });
    connect(m_plot, &HeatmapPlot::hoverEnded, this, [this] { Q_EMIT intents().hoverEdited({}); });
    connect(m_plot, &HeatmapPlot::cellClicked, this,
        [this](int row, int cell) { Q_EMIT intents().selectionEdited(selectionAt(row, cell)); });
    connect(m_plot, &PlotWidget::saveFailed, &intents(), &Intents::messageRaised);
    rebuild();
}

void ImportanceView::buildBar(QWidget* bar)
{
    auto* row = makeRow(space::kGroup);
    bar->setLayout(row);
    const QString titles[] = {tr("Channels"), tr("Heads"), tr("MLP units")};
    const QString tips[] = {
        tr("Mean |activation| of each channel of the residual stream, after every addition.\n"
           "One order for the whole network: channels are kept or dropped everywhere at once.\n"
           "Samragh et al. 2023, section 4.1, figure 8"),
        tr("Mean |context| of each attention head, ranked in each block on its own.\n"
           "Samragh et al. 2023, section 4.1, figure 6"),
        tr("Mean |activation| of each hidden MLP unit, ranked in each block on its own.\n"
           "Samragh et al. 2023, section 4.1"),
    };
    for (int i = 0; i < 3; ++i) {
        m_axes[i] = new ChipButton(titles[i], bar);
        m_axes[i]->setCheckable(true);
        m_axes[i]->setAutoExclusive(true);
        m_axes[i]->setToolTip(tips[i]);
        row->addWidget(m_axes[i]);
        connect(m_axes[i], &QAbstractButton::clicked, this,
            [this, i] { setAxis(static_cast<ScoredAxis>(i)); });
    }
    m_axes[0]->setChecked(true);
    row->addStretch(1);
    m_sorted = new ChipButton(tr("Sorted"), bar);
    m_sorted->setToolTip(
        tr("Largest score first: what a ranked destination keeps is then the left part"));
    m_logarithmic = new ChipButton(tr("Log colour"), bar);
    m_logarithmic->setToolTip(
        tr("Colours follow the logarithm of the score; a few channels are far above the rest"));
    for (ChipButton* chip : {m_sorted, m_logarithmic}) {
        chip->setCheckable(true);
        row->addWidget(chip);
    }
    m_logarithmic->setChecked(true);
    connect(m_sorted, &QAbstractButton::toggled, this, &ImportanceView::rebuild);
    connect(m_logarithmic, &QAbstractButton::toggled, this, [this](bool on) {
        m_plot->setColourScale(on ? ColourScale::Logarithmic : ColourScale::Linear);
    });
}

PlotWidget* ImportanceView::mainPlot() const
{
    return m_plot;
}

void ImportanceView::setAxis(ScoredAxis axis)
{
    m_axes[static_cast<int>(axis)]->setChecked(true);
    m_report.axis = axis;
    rebuild();
}

void ImportanceView::rebuild()
{
    const ScoredAxis axis = m_report.axis;
    const bool isReady = workspace().model() != nullptr && workspace().measurements() != nullptr;
    m_report = isReady
        ? importanceReport(*workspace().measurements(), workspace().model()->config.shape, axis)
        : ImportanceReport{};
    m_report.axis = axis;
    const bool sorted = m_sorted->isChecked();
    if (sorted && axis != ScoredAxis::Residual)
        m_report = sortedWithinRows(m_report);
    m_plot->setHeatmap(m_report.map);
    m_plot->setColumnOrder(
        sorted && axis == ScoredAxis::Residual ? m_report.order : std::vector<int>{});
    mark();
    highlight();
    describe();
}

void ImportanceView::describe()
{
    QStringList notes{tr("hatched: dropped")};
    const double ratio = tailRatio(m_report);
    if (m_report.axis == ScoredAxis::Residual && !std::isnan(ratio))
        notes.prepend(tr("largest %1 of the median").arg(formatRatio(ratio)));
    m_plot->setNote(notes.join(QStringLiteral(" · ")));
}

void ImportanceView::mark()
{
    const auto plan = workspace().plan();
    std::vector<bool> columns;
    std::vector<bool> rows;
    std::vector<bool> cells;
    if (plan && !m_report.map.isEmpty()) {
        const std::vector<bool> blocks = droppedBlocks(*plan);
        const bool allDropped =
            std::all_of(blocks.begin(), blocks.end(), [](bool dropped) { return dropped; });
        for (const int block : m_report.blockOfRow)
            rows.push_back(block < 0 ? allDropped : blocks[static_cast<std::size_t>(block)]);
        if (m_report.axis == ScoredAxis::Residual)
            columns = droppedResidual(*plan);
        else if (m_report.axis == ScoredAxis::Heads)
            cells = inCellOrder(m_report, droppedHeads(*plan));
        else
            cells = inCellOrder(m_report, droppedMlpUnits(*plan));
    }
    m_plot->setDroppedRows(std::move(rows));
    m_plot->setDroppedColumns(std::move(columns));
    m_plot->setDroppedCells(std::move(cells));
}

void ImportanceView::highlight()
{
    const Selection none;
    const Selection& shown =
        workspace().hovered() == none ? workspace().selection() : workspace().hovered();
    int row = -1;
    for (std::size_t i = 0; shown.block >= 0 && i < m_report.blockOfRow.size(); ++i)
        if (m_report.blockOfRow[i] == shown.block)
            row = static_cast<int>(i);
    const int column = m_report.axis == ScoredAxis::Residual                  ? shown.neuron
        : m_report.axis == ScoredAxis::Heads && m_report.neuronOfCell.empty() ? shown.head
                                                                              : -1;
    m_plot->setHighlightedRow(row);
    m_plot->setHighlightedColumn(column);
}

Selection ImportanceView::selectionAt(int row, int column) const
{
    Selection selection;
    if (row >= 0 && static_cast<std::size_t>(row) < m_report.blockOfRow.size())
        selection.block = m_report.blockOfRow[static_cast<std::size_t>(row)];
    const int neuron = m_report.neuronAt(row, column);
    if (m_report.axis == ScoredAxis::Residual)
        selection.neuron = neuron;
    else if (m_report.axis == ScoredAxis::Heads)
        selection.head = neuron;
    return selection;
}

} // namespace espalier
