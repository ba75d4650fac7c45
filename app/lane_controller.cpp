// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lane_controller.h"

#include "core/methods/catalog.h"

#include <algorithm>
#include <cctype>

namespace espalier {
namespace {

// Subclones want a smaller learning rate than random starts (Samragh et al. 2023, table 1): one
// rate for both would not be a comparison.
constexpr double kClonedRate = 2e-3;
constexpr double kRandomRate = 3e-3;
constexpr std::int64_t kSteps = 300;
constexpr std::int64_t kEvalEvery = 25;

TrainSettings trainFor(const std::string& method)
{
    TrainSettings train;
    train.learningRate = method == "random" ? kRandomRate : kClonedRate;
    train.steps = kSteps;
    train.evalEvery = kEvalEvery;
    train.evalSamples = 32;
    return train;
}

std::string titleFor(const std::string& method)
{
    return method == "subcloning" ? "subcloned" : method;
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
    RunLane lane;
    lane.recipe = m_workspace.recipe();
    lane.title = titleFor(lane.recipe.method);
    lane.train = trainFor(lane.recipe.method);
    lane.train.data = m_workspace.data();
    return lane;
}

void LaneController::startOver()
{
    RunLane own = destinationLane();
    own.id = "destination";
    own.followsDestination = true;
    RunLane random = own;
    random.id = "random";
    random.title = "random";
    random.recipe.method = "random";
    random.recipe.options.clear();
    random.train = trainFor("random");
    random.train.data = m_workspace.data();
    m_workspace.setLanes({std::move(own), std::move(random)});
}

void LaneController::followDestination()
{
    if (m_workspace.raceState() != RaceState::Ready)
        return;
    std::vector<RunLane> lanes = m_workspace.lanes();
    bool changed = false;
    for (RunLane& lane : lanes) {
        if (!lane.followsDestination)
            continue;
        const bool isControl = lane.id == "random";
        lane.recipe = m_workspace.recipe();
        if (isControl) {
            lane.recipe.method = "random";
            lane.recipe.options.clear();
        } else if (lane.title != titleFor(lane.recipe.method)) {
            lane.title = titleFor(lane.recipe.method);
            lane.train.learningRate = trainFor(lane.recipe.method).learningRate;
        }
        changed = true;
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
