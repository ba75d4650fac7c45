// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/residual_view.h"

#include "core/report/block_report.h"
#include "core/report/dropped.h"
#include "widgets/controls/state_frame.h"
#include "widgets/panels/layout.h"
#include "widgets/panels/measurement_state.h"
#include "widgets/plot/bar_plot.h"
#include "widgets/plot/line_plot.h"
#include "widgets/theme/theme.h"

#include <cmath>

namespace espalier {

ResidualView::ResidualView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_change(new BarPlot)
    , m_losses(new LinePlot)
{
    auto* content = new QWidget;
    QVBoxLayout* column = makeColumn(content, space::kPanel, space::kControl);
    column->addWidget(makeHead(tr("Change of the residual stream"), content));
    column->addWidget(m_change, 1);
    column->addWidget(
        makeHead(tr("Loss increase without each block, and with it run twice"), content));
    column->addWidget(m_losses, 1);
    m_change->setToolTip(
        tr("r = mean over tokens of |f(x)| / |x + f(x)|, split by what attention and MLP change "
           "alone.\n"
           "Small bars are blocks that can go.\nSamragh et al. 2023, section 3, figure 2"));
    m_losses->setToolTip(
        tr("Loss with one block removed or run twice, less the whole model's.\n"
           "Logarithmic while most of it is positive; where the loss falls there is a gap.\n"
           "Samragh et al. 2023, section 3, figure 2"));
    m_losses->setEmptyMessage(tr("The block losses were not measured"));

    m_frame = new StateFrame(content, this);
    makeColumn(this, 0, 0)->addWidget(m_frame);
    followMeasurements(m_frame, context,
        tr("Which blocks matter shows after one short pass of the parent over some text or "
           "images."));

    connect(&workspace(), &Workspace::measurementsChanged, this, &ResidualView::rebuild);
    connect(&workspace(), &Workspace::planChanged, this, &ResidualView::mark);
    connect(&workspace(), &Workspace::selectionChanged, this, &ResidualView::highlight);
    connect(&workspace(), &Workspace::hoveredChanged, this, &ResidualView::highlight);
    connect(m_change, &BarPlot::categoryHovered, this,
        [this](int block) { Q_EMIT intents().hoverEdited({.block = block}); });
    connect(m_change, &BarPlot::hoverEnded, this, [this] { Q_EMIT intents().hoverEdited({}); });
    connect(m_change, &BarPlot::categoryClicked, this,
        [this](int block) { Q_EMIT intents().selectionEdited({.block = block}); });
    connect(m_losses, &LinePlot::xHovered, this, [this](double x) {
        Q_EMIT intents().hoverEdited({.block = static_cast<int>(std::lround(x))});
    });
    connect(m_losses, &LinePlot::hoverEnded, this, [this] { Q_EMIT intents().hoverEdited({}); });
    for (PlotWidget* plot :
        {static_cast<PlotWidget*>(m_change), static_cast<PlotWidget*>(m_losses)})
        connect(plot, &PlotWidget::saveFailed, &intents(), &Intents::messageRaised);
    rebuild();
}

PlotWidget* ResidualView::mainPlot() const
{
    return m_change;
}

void ResidualView::rebuild()
{
    const Measurements* measured = workspace().measurements();
    m_change->setChart(measured != nullptr ? residualChangeChart(*measured) : BarChart{});
    m_losses->setChart(measured != nullptr ? blockLossChart(*measured) : LineChart{});
    mark();
    highlight();
}

void ResidualView::mark()
{
    const auto plan = workspace().plan();
    m_change->setDropped(plan ? droppedBlocks(*plan) : std::vector<bool>{});
}

void ResidualView::highlight()
{
    const int hovered = workspace().hovered().block;
    const int block = hovered >= 0 ? hovered : workspace().selection().block;
    m_change->setHighlighted(block);
    m_losses->setCursor(block >= 0 ? std::optional<double>(block) : std::nullopt);
}

} // namespace espalier
