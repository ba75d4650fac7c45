// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/destination_runner.h"

#include "app/convert.h"
#include "app/quick_score.h"
#include "app/weight_preview.h"
#include "core/report/model_facts.h"

namespace espalier {
namespace {

constexpr int kPreviewKey = 0;

enum ScoreKey
{
    kParentLossKey,
    kChildLossKey
};

ParameterId nearestParameter(const ModelConfig& config, ParameterId wanted)
{
    if (isPerBlock(wanted.role))
        wanted.block = std::clamp(wanted.block, 0, static_cast<int>(blocksOf(config.shape)) - 1);
    if (hasParameter(config, wanted))
        return wanted;
    return {Role::QkvWeight, 0};
}

} // namespace

DestinationRunner::DestinationRunner(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    m_workspace.setPreviewed({Role::QkvWeight, 0});
    connect(&workspace, &Workspace::planChanged, this, &DestinationRunner::refresh);
}

void DestinationRunner::setParent(const Model& parent)
{
    m_parent = parent;
}

void DestinationRunner::cancelPreview()
{
    m_previews.cancel(kPreviewKey);
}

void DestinationRunner::cancelScore()
{
    m_scores.cancel(kChildLossKey);
}

void DestinationRunner::refresh()
{
    if (!m_workspace.plan()) {
        cancelScore();
        m_workspace.setUntrainedLoss(std::nullopt);
        m_workspace.setPreview(nullptr);
        return;
    }
    m_workspace.setPreviewed(nearestParameter(m_workspace.plan()->child, m_workspace.previewed()));
    runPreview();
    scoreDestination();
}

void DestinationRunner::preview(ParameterId child)
{
    m_workspace.setPreviewed(child);
    runPreview();
}

void DestinationRunner::scoreAgain()
{
    m_workspace.setParentLoss(std::nullopt);
    m_workspace.setUntrainedLoss(std::nullopt);
    scoreParent();
    scoreDestination();
}

void DestinationRunner::runPreview()
{
    const auto plan = m_workspace.plan();
    if (!plan || !m_parent || !hasParameter(plan->child, m_workspace.previewed()))
        return;
    m_previews.post(kPreviewKey,
        [this, parent = *m_parent, plan, child = m_workspace.previewed()](std::stop_token stop) {
            Result<WeightPreview> made = previewOf(parent, *plan, child);
            if (stop.stop_requested())
                return;
            QMetaObject::invokeMethod(this, [this, plan, made = std::move(made)]() mutable {
                if (plan != m_workspace.plan())
                    return;
                if (made.ok())
                    m_workspace.setPreview(
                        std::make_shared<const WeightPreview>(std::move(made).value()));
                else
                    m_workspace.setFailure(Activity::Previewing,
                        {tr("The weight could not be read"),
                            QString::fromStdString(made.error().message),
                            tr("Check the model's files and open it again.")});
            });
        });
}

bool DestinationRunner::canScore(const ModelConfig& config) const
{
    return hasLoss(config.flavour.task) && !m_workspace.data().source.empty();
}

void DestinationRunner::scoreParent()
{
    if (!m_parent || !canScore(m_parent->config()))
        return;
    m_scores.post(kParentLossKey,
        [this, parent = *m_parent, data = m_workspace.data()](std::stop_token stop) {
            const Result<Evaluation> result =
                scoreQuickly(parent, data, {.report = {}, .stop = std::move(stop)});
            QMetaObject::invokeMethod(this, [this, data, result] {
                // Data that cannot be read fail beside the destination's loss.
                if (result && data == m_workspace.data())
                    m_workspace.setParentLoss(summaryOf(*result));
            });
        });
}

void DestinationRunner::scoreDestination()
{
    const auto plan = m_workspace.plan();
    if (!plan || !m_parent || !canScore(plan->child))
        return;
    m_workspace.setWork(Activity::Evaluating, {true, tr("Scoring the destination"), -1});
    m_scores.post(kChildLossKey,
        [this, parent = *m_parent, plan, data = m_workspace.data()](std::stop_token stop) {
            const Progress progress{.report = {}, .stop = std::move(stop)};
            const Result<Model> child = scaleModel(parent, *plan, progress);
            const Result<Evaluation> result =
                child ? scoreQuickly(*child, data, progress) : child.error();
            QMetaObject::invokeMethod(this, [this, plan, data, result] {
                if (plan != m_workspace.plan() || data != m_workspace.data())
                    return;
                m_workspace.setWork(Activity::Evaluating, {});
                if (result.ok())
                    m_workspace.setUntrainedLoss(summaryOf(*result));
                else if (result.error().code != ErrorCode::Cancelled) {
                    m_workspace.setUntrainedLoss(std::nullopt); // what is shown is another's
                    m_workspace.setFailure(Activity::Evaluating,
                        {tr("Scoring failed"), QString::fromStdString(result.error().message),
                            tr("Choose other data.")});
                }
            });
        });
}

} // namespace espalier
