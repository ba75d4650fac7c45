// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/planner.h"

#include "core/methods/catalog.h"
#include "core/report/model_facts.h"

namespace espalier {

Planner::Planner(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    connect(&workspace, &Workspace::recipeChanged, this, &Planner::replan);
    connect(&workspace, &Workspace::measurementsChanged, this, &Planner::replan);
}

Result<TransferPlan> Planner::plan(const Workspace& workspace, const Recipe& recipe)
{
    Result<const Method*> method = methodOf(recipe.method);
    if (!method.ok())
        return method.error();
    const ModelSummary& model = *workspace.model();
    const ModelShape shape = destinationShape(model.config.shape, recipe.shape);
    if (const Status fits = checkShape(boundsOf(**method, model), shape); !fits)
        return fits.error();
    return makePlan(**method,
        {.parent = model.config,
            .childShape = shape,
            .measurements = workspace.measurements(),
            .options = recipe.options,
            .seed = recipe.seed});
}

void Planner::replan()
{
    if (m_workspace.model() == nullptr || m_workspace.recipe().shape.layers == 0)
        return;
    const ModelConfig child =
        destinationConfig(m_workspace.model()->config, m_workspace.recipe().shape);
    Result<TransferPlan> made = plan(m_workspace, m_workspace.recipe());
    if (made.ok()) {
        m_workspace.setFootprint(footprintOf(made->child, 4));
        m_workspace.setPlan(std::make_shared<const TransferPlan>(std::move(made).value()), {});
    } else {
        m_workspace.setFootprint(footprintOf(child, 4));
        m_workspace.setPlan(nullptr, QString::fromStdString(made.error().message));
    }
}

} // namespace espalier
