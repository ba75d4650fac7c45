// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace.h"

#include "core/report/model_facts.h"

#include <utility>

namespace espalier {

Workspace::Workspace(QObject* parent)
    : QObject(parent)
{
}

bool Workspace::measurementsAreStale() const
{
    if (!m_measurements || m_data.source.empty())
        return false;
    return m_measurements->source != m_data.source;
}

bool Workspace::raceIsOn() const
{
    return m_raceState == RaceState::Preparing || m_raceState == RaceState::Running
        || m_raceState == RaceState::Paused || m_raceState == RaceState::Stopping;
}

QString Workspace::destinationObstacle() const
{
    if (!m_model)
        return tr("Open a model first.");
    if (m_plan)
        return {};
    return m_planProblem.isEmpty() ? tr("There is no destination yet.") : m_planProblem;
}

QString Workspace::goOnObstacle() const
{
    const QString obstacle = destinationObstacle();
    return obstacle.isEmpty() && raceIsOn() ? tr("Stop the race first.") : obstacle;
}

bool Workspace::destinationHasLoss() const
{
    return m_model && hasLoss(destinationConfig(m_model->config, m_recipe.shape).flavour.task);
}

QString Workspace::raceObstacle() const
{
    if (!m_model)
        return tr("Open a model first.");
    if (!destinationHasLoss())
        return m_model->config.flavour.task == Task::ImageEncoder
            ? tr("Without a head there is no loss: give the destination classes.")
            : tr("This model has no loss, so it cannot race.");
    return m_data.source.empty() ? tr("Choose data first.") : QString();
}

Work Workspace::work(Activity activity) const
{
    const auto found = m_work.find(activity);
    return found == m_work.end() ? Work{} : found->second;
}

Failure Workspace::failure(Activity activity) const
{
    const auto found = m_failures.find(activity);
    return found == m_failures.end() ? Failure{} : found->second;
}

void Workspace::setModel(ModelSummary model, DataSpec data)
{
    m_model = std::move(model);
    m_data = std::move(data);
    m_measurements = nullptr;
    m_plan = nullptr;
    m_planProblem.clear();
    m_parentFootprint = footprintOf(m_model->config, 4);
    m_footprint.reset();
    m_parentLoss.reset();
    m_untrainedLoss.reset();
    m_preview = nullptr;
    m_selection = {};
    m_hovered = {};
    m_failures.clear();
    Q_EMIT modelChanged();
    Q_EMIT dataChanged();
    Q_EMIT measurementsChanged();
    Q_EMIT planChanged();
    Q_EMIT footprintChanged();
    Q_EMIT parentLossChanged();
    Q_EMIT untrainedLossChanged();
    Q_EMIT previewChanged();
    Q_EMIT selectionChanged();
    Q_EMIT hoveredChanged();
}

void Workspace::setData(DataSpec data)
{
    if (m_data == data)
        return;
    m_data = std::move(data);
    Q_EMIT dataChanged();
}

void Workspace::setMeasurements(std::shared_ptr<const Measurements> measurements)
{
    m_measurements = std::move(measurements);
    Q_EMIT measurementsChanged();
}

void Workspace::setRecipe(Recipe recipe)
{
    if (m_recipe == recipe)
        return;
    m_recipe = std::move(recipe);
    Q_EMIT recipeChanged();
}

void Workspace::setSizeLinks(const SizeLinks& links)
{
    if (std::exchange(m_links, links) != links)
        Q_EMIT sizeLinksChanged();
}

void Workspace::setPlan(std::shared_ptr<const TransferPlan> plan, const QString& problem)
{
    m_plan = std::move(plan);
    m_planProblem = problem;
    Q_EMIT planChanged();
}

void Workspace::setFootprint(std::optional<Footprint> footprint)
{
    m_footprint = footprint;
    Q_EMIT footprintChanged();
}

void Workspace::setParentLoss(std::optional<LossSummary> loss)
{
    m_parentLoss = loss;
    Q_EMIT parentLossChanged();
}

void Workspace::setUntrainedLoss(std::optional<LossSummary> loss)
{
    m_untrainedLoss = loss;
    Q_EMIT untrainedLossChanged();
}

void Workspace::setPreviewed(ParameterId child)
{
    if (m_previewed == child)
        return;
    m_previewed = child;
    Q_EMIT previewedChanged();
}

void Workspace::setPreview(std::shared_ptr<const WeightPreview> preview)
{
    m_preview = std::move(preview);
    Q_EMIT previewChanged();
}

void Workspace::setRival(Rival rival)
{
    m_rival = std::move(rival);
    Q_EMIT rivalChanged();
}

void Workspace::setLanes(std::vector<RunLane> lanes)
{
    m_lanes = std::move(lanes);
    Q_EMIT lanesChanged();
}

void Workspace::setLaneProgress(std::size_t lane, LaneProgress progress, const std::string& note)
{
    if (lane >= m_lanes.size())
        return;
    m_lanes[lane].progress = progress;
    m_lanes[lane].note = note;
    Q_EMIT laneProgressChanged();
}

void Workspace::appendPoints(std::size_t lane, const std::vector<LanePoint>& points)
{
    if (lane >= m_lanes.size() || points.empty())
        return;
    const auto first = static_cast<int>(m_lanes[lane].points.size());
    m_lanes[lane].points.insert(m_lanes[lane].points.end(), points.begin(), points.end());
    Q_EMIT pointsAppended(static_cast<int>(lane), first);
}

void Workspace::setRaceState(RaceState state)
{
    if (std::exchange(m_raceState, state) != state)
        Q_EMIT raceStateChanged();
}

void Workspace::setSelection(const Selection& selection)
{
    if (std::exchange(m_selection, selection) != selection)
        Q_EMIT selectionChanged();
}

void Workspace::setHovered(const Selection& hovered)
{
    if (std::exchange(m_hovered, hovered) != hovered)
        Q_EMIT hoveredChanged();
}

void Workspace::setDiagnosis(std::optional<LoadDiagnosis> diagnosis)
{
    if (!m_diagnosis && !diagnosis)
        return;
    m_diagnosis = std::move(diagnosis);
    Q_EMIT diagnosisChanged();
}

void Workspace::setWork(Activity activity, const Work& work)
{
    m_work[activity] = work;
    if (work.running)
        m_failures.erase(activity);
    Q_EMIT workChanged(activity);
}

void Workspace::setFailure(Activity activity, const Failure& failure)
{
    m_failures[activity] = failure;
    Q_EMIT workChanged(activity);
}

} // namespace espalier
