// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lane_controller.h"

#include "app/lane_check.h"
#include "core/architectures/shape_request.h"
#include "core/methods/catalog.h"

#include <algorithm>
#include <cctype>

namespace espalier {
namespace {

constexpr std::int64_t kSteps = 300;
constexpr std::int64_t kEvalEvery = 25;

/// A lane of this recipe, titled and trained as its method's row says: one learning rate for all
/// would not be a comparison.
RunLane laneOf(const Recipe& recipe, const DataSpec& data)
{
    RunLane lane;
    lane.recipe = recipe;
    lane.train.data = data;
    lane.train.steps = kSteps;
    lane.train.evalEvery = kEvalEvery;
    lane.train.evalSamples = 32;
    if (const Method* method = findMethod(recipe.method)) {
        lane.title = method->startTitle;
        lane.train.learningRate = method->learningRate;
    }
    return lane;
}

Recipe controlOf(Recipe recipe)
{
    recipe.method = controlMethod().id;
    recipe.options.clear();
    return recipe;
}

/// Stages keep the sizes that somebody asked for; those that follow, follow another start.
std::vector<GrowthStage> regrown(
    std::vector<GrowthStage> stages, ModelConfig oldStart, ModelConfig newStart)
{
    for (GrowthStage& stage : stages) {
        const SizesGiven asked = sizesBetween(oldStart, stage.shape);
        if (stage.frozenSteps > 0)
            stage.frozenLayers = newStart.shape.layers;
        oldStart.shape = stage.shape;
        stage.shape = shapeWith(anyShapeOf(newStart), asked);
        newStart.shape = stage.shape;
    }
    return stages;
}

} // namespace

LaneController::LaneController(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    connect(&workspace, &Workspace::recipeChanged, this, &LaneController::followDestination);
}

RunLane LaneController::destinationLane() const
{
    return laneOf(m_workspace.recipe(), m_workspace.data());
}

void LaneController::startOver()
{
    RunLane own = destinationLane();
    own.id = "destination";
    own.followsDestination = true;
    RunLane control = laneOf(controlOf(m_workspace.recipe()), m_workspace.data());
    control.id = control.title;
    control.followsDestination = true;
    m_workspace.setLanes({std::move(own), std::move(control)});
}

void LaneController::followDestination()
{
    if (m_workspace.raceState() != RaceState::Ready || m_workspace.model() == nullptr)
        return;
    std::vector<RunLane> lanes = m_workspace.lanes();
    bool changed = false;
    for (RunLane& lane : lanes) {
        if (!lane.followsDestination)
            continue;
        changed = true;
        const bool control = lane.id == controlMethod().startTitle;
        const Recipe& wanted = m_workspace.recipe();
        const bool otherMethod = !control && lane.recipe.method != wanted.method;
        const ModelConfig oldStart = startOf(m_workspace, lane);
        lane.recipe = control ? controlOf(wanted) : wanted;
        lane.train.growth =
            regrown(std::move(lane.train.growth), oldStart, startOf(m_workspace, lane));
        if (!otherMethod)
            continue;
        const RunLane fresh = destinationLane();
        lane.title = fresh.title;
        lane.train.learningRate = fresh.train.learningRate;
    }
    if (changed)
        m_workspace.setLanes(std::move(lanes));
}

std::string LaneController::freeId(const std::string& wish) const
{
    std::string base;
    for (const char c : wish)
        base += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
    const auto& lanes = m_workspace.lanes();
    const auto taken = [&lanes](const std::string& id) {
        return std::any_of(
            lanes.begin(), lanes.end(), [&id](const RunLane& lane) { return lane.id == id; });
    };
    for (int number = 2;; ++number)
        if (const std::string id = base + '-' + std::to_string(number); !taken(id))
            return id;
}

void LaneController::add()
{
    if (m_workspace.raceState() != RaceState::Ready || m_workspace.model() == nullptr)
        return;
    RunLane lane = destinationLane();
    lane.id = freeId(lane.title);
    lane.title += ' ' + std::to_string(lane.recipe.shape.layers) + " × "
        + std::to_string(lane.recipe.shape.hidden);
    std::vector<RunLane> lanes = m_workspace.lanes();
    lanes.push_back(std::move(lane));
    m_workspace.setLanes(std::move(lanes));
}

void LaneController::remove(int lane)
{
    std::vector<RunLane> lanes = m_workspace.lanes();
    if (m_workspace.raceState() != RaceState::Ready || lane < 0
        || static_cast<std::size_t>(lane) >= lanes.size())
        return;
    lanes.erase(lanes.begin() + lane);
    m_workspace.setLanes(std::move(lanes));
}

void LaneController::edit(int lane, const QString& title, const TrainSettings& train)
{
    std::vector<RunLane> lanes = m_workspace.lanes();
    if (m_workspace.raceState() != RaceState::Ready || lane < 0
        || static_cast<std::size_t>(lane) >= lanes.size())
        return;
    lanes[static_cast<std::size_t>(lane)].title = title.toStdString();
    lanes[static_cast<std::size_t>(lane)].train = train;
    m_workspace.setLanes(std::move(lanes));
}

} // namespace espalier
