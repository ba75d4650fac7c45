// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rival_runner.h"

#include "app/convert.h"
#include "app/planner.h"
#include "app/quick_score.h"
#include "app/weight_preview.h"
#include "core/report/model_facts.h"

namespace espalier {
namespace {

enum Key
{
    kPreviewKey,
    kLossKey
};

} // namespace

RivalRunner::RivalRunner(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    connect(&workspace, &Workspace::planChanged, this, &RivalRunner::replan);
    connect(&workspace, &Workspace::previewedChanged, this, &RivalRunner::preview);
}

void RivalRunner::setParent(const Model& parent)
{
    m_parent = parent;
}

void RivalRunner::setMethod(const QString& id)
{
    Rival rival;
    rival.method = id.toStdString();
    m_workspace.setRival(std::move(rival));
    replan();
}

void RivalRunner::replan()
{
    const std::string method = m_workspace.rival().method;
    if (method.empty() || !m_parent || m_workspace.model() == nullptr)
        return;
    Recipe recipe = m_workspace.recipe();
    recipe.method = method;
    recipe.options = {};
    Rival rival;
    rival.method = method;
    Result<TransferPlan> plan = Planner::plan(m_workspace, recipe);
    if (plan)
        rival.plan = std::make_shared<const TransferPlan>(*std::move(plan));
    else
        rival.problem = QString::fromStdString(plan.error().message);
    m_workspace.setRival(std::move(rival));
    preview();
    evaluate();
}

bool RivalRunner::isCurrent(const std::shared_ptr<const TransferPlan>& plan) const
{
    return plan == m_workspace.rival().plan;
}

void RivalRunner::preview()
{
    const auto plan = m_workspace.rival().plan;
    const ParameterId child = m_workspace.previewed();
    if (!plan || !m_parent || !hasParameter(plan->child, child))
        return m_thread.cancel(kPreviewKey);
    m_thread.post(kPreviewKey, [this, parent = *m_parent, plan, child](std::stop_token stop) {
        Result<WeightPreview> made = previewOf(parent, *plan, child);
        if (stop.stop_requested() || !made)
            return; // the other side says what is wrong with the parent's files
        auto shared = std::make_shared<const WeightPreview>(*std::move(made));
        QMetaObject::invokeMethod(this, [this, plan, shared] {
            if (!isCurrent(plan))
                return;
            Rival rival = m_workspace.rival();
            rival.preview = shared;
            m_workspace.setRival(std::move(rival));
        });
    });
}

void RivalRunner::evaluate()
{
    const auto plan = m_workspace.rival().plan;
    if (!plan || !m_parent || !hasLoss(plan->child.flavour.task)
        || m_workspace.data().source.empty())
        return m_thread.cancel(kLossKey);
    m_thread.post(kLossKey,
        [this, parent = *m_parent, plan, data = m_workspace.data()](std::stop_token stop) {
            const Progress progress{.report = {}, .stop = std::move(stop)};
            const Result<Model> child = scaleModel(parent, *plan, progress);
            const Result<Evaluation> loss =
                child ? scoreQuickly(*child, data, progress) : child.error();
            if (!loss)
                return; // stopped, or data that the destination's own loss complains about
            QMetaObject::invokeMethod(this, [this, plan, found = summaryOf(*loss)] {
                if (!isCurrent(plan))
                    return;
                Rival rival = m_workspace.rival();
                rival.untrainedLoss = found;
                m_workspace.setRival(std::move(rival));
            });
        });
}

} // namespace espalier
