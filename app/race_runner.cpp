// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/race_runner.h"

#include "app/convert.h"
#include "core/engine/run_lanes.h"

#include <algorithm>

namespace espalier {
namespace {

constexpr int kRaceKey = 0;
constexpr int kDrainMs = 33;

Result<Model> startOf(const Model& parent, const Recipe& recipe,
    const std::optional<Measurements>& measurements, const Progress& progress)
{
    const Result<PlannedRecipe> planned = planRecipeOf(parent, recipe, measurements, progress);
    return planned ? scaleModel(parent, planned->plan, progress) : planned.error();
}

} // namespace

RaceRunner::RaceRunner(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_mailbox(std::make_shared<Mailbox>())
{
    m_drain.setInterval(kDrainMs);
    connect(&m_drain, &QTimer::timeout, this, &RaceRunner::drain);
}

RaceRunner::~RaceRunner()
{
    m_mailbox->pause = false;
}

RaceObserver RaceRunner::observer() const
{
    RaceObserver watching;
    watching.point = [mailbox = m_mailbox](std::size_t lane, const TrainPoint& point) {
        const std::scoped_lock lock(mailbox->mutex);
        mailbox->points.emplace_back(lane, pointOf(point));
    };
    watching.state = [mailbox = m_mailbox](
                         std::size_t lane, LaneState state, const std::string& note) {
        const std::scoped_lock lock(mailbox->mutex);
        mailbox->states.push_back({lane, state, note});
    };
    return watching;
}

void RaceRunner::start(const Model& parent, std::optional<Measurements> measurements,
    const std::filesystem::path& folder)
{
    m_folder = folder;
    m_mailbox->pause = false;
    m_workspace.setRaceState(RaceState::Preparing);
    m_workspace.setWork(Activity::Racing, {true, tr("Making the starts"), -1});
    m_drain.start();
    RaceSpec spec;
    for (const RunLane& lane : m_workspace.lanes())
        spec.lanes.push_back(specOf(lane));
    m_thread.post(kRaceKey,
        [this, parent, measurements = std::move(measurements), folder, spec](
            const std::stop_token& stop) {
            const Progress progress{.report = {}, .stop = stop};
            std::vector<Model> starts;
            for (const LaneSpec& lane : spec.lanes) {
                Result<Model> start = startOf(parent, *lane.recipe, measurements, progress);
                if (!start.ok()) {
                    QMetaObject::invokeMethod(this, [this, error = start.error()] { fail(error); });
                    return;
                }
                starts.push_back(std::move(start).value());
            }
            Result<std::unique_ptr<Race>> race =
                Race::create(spec, std::move(starts), folder, progress);
            if (!race.ok()) {
                QMetaObject::invokeMethod(this, [this, error = race.error()] { fail(error); });
                return;
            }
            run(std::move(race).value(), stop);
        });
}

void RaceRunner::run(const std::shared_ptr<Race>& race, const std::stop_token& stop)
{
    m_race = race;
    QMetaObject::invokeMethod(this, [this, records = race->lanes()] {
        showLanes(records);
        m_workspace.setRaceState(RaceState::Running);
    });
    Status status = race->run(observer(), stop, &m_mailbox->pause);
    QMetaObject::invokeMethod(this, [this, status] { finish(status); });
}

void RaceRunner::open(const std::filesystem::path& folder)
{
    m_folder = folder;
    m_workspace.setRaceState(RaceState::Preparing);
    m_workspace.setWork(Activity::Racing, {true, tr("Reading the run"), -1});
    m_thread.post(kRaceKey, [this, folder](const std::stop_token& stop) {
        Result<std::unique_ptr<Race>> race = Race::open(folder, {.report = {}, .stop = stop});
        if (!race.ok()) {
            QMetaObject::invokeMethod(this, [this, error = race.error()] { fail(error); });
            return;
        }
        m_race = std::move(race).value();
        QMetaObject::invokeMethod(this, [this, records = m_race->lanes()] {
            showLanes(records);
            m_workspace.setWork(Activity::Racing, {});
            m_workspace.setRaceState(RaceState::Stopped);
        });
    });
}

void RaceRunner::proceed()
{
    if (m_workspace.raceState() == RaceState::Paused) {
        m_mailbox->pause = false;
        m_workspace.setRaceState(RaceState::Running);
        return;
    }
    m_mailbox->pause = false;
    m_workspace.setRaceState(RaceState::Preparing);
    m_workspace.setWork(Activity::Racing, {true, tr("Racing"), -1});
    m_drain.start();
    m_thread.post(kRaceKey, [this](const std::stop_token& stop) { run(m_race, stop); });
}

void RaceRunner::pause()
{
    m_mailbox->pause = true;
    m_workspace.setRaceState(RaceState::Paused);
}

void RaceRunner::stop()
{
    m_workspace.setRaceState(RaceState::Stopping);
    m_workspace.setWork(Activity::Racing, {true, tr("Saving"), -1});
    m_thread.cancel(kRaceKey);
    m_mailbox->pause = false;
}

void RaceRunner::reset()
{
    m_drain.stop();
    m_folder.clear();
    m_thread.post(kRaceKey, [this](const std::stop_token&) { m_race.reset(); });
    m_workspace.setWork(Activity::Racing, {});
    m_workspace.setRaceState(RaceState::Ready);
}

void RaceRunner::showLanes(const std::vector<LaneRecord>& records)
{
    std::vector<RunLane> lanes;
    for (const LaneRecord& record : records)
        lanes.push_back(laneOf(record));
    m_workspace.setLanes(std::move(lanes));
}

void RaceRunner::fail(const Error& error)
{
    drain();
    m_drain.stop();
    m_workspace.setWork(Activity::Racing, {});
    if (error.code == ErrorCode::Cancelled) {
        m_workspace.setRaceState(RaceState::Ready);
        return;
    }
    const QString reason = QString::fromStdString(error.message);
    m_workspace.setFailure(Activity::Racing,
        {tr("The race did not start"), reason, tr("Change the lanes and start again.")});
    m_workspace.setRaceState(RaceState::Failed);
    Q_EMIT failed(reason);
}

void RaceRunner::finish(const Status& status)
{
    drain();
    m_drain.stop();
    m_workspace.setWork(Activity::Racing, {});
    if (status.ok()) {
        m_workspace.setRaceState(RaceState::Finished);
    } else if (status.error().code == ErrorCode::Cancelled) {
        m_workspace.setRaceState(RaceState::Stopped);
    } else {
        const QString reason = QString::fromStdString(status.error().message);
        m_workspace.setFailure(
            Activity::Racing, {tr("The race ended"), reason, tr("The last checkpoints are kept.")});
        m_workspace.setRaceState(RaceState::Failed);
        Q_EMIT failed(reason);
    }
}

void RaceRunner::drain()
{
    std::vector<std::pair<std::size_t, LanePoint>> points;
    std::vector<StateEvent> states;
    {
        const std::scoped_lock lock(m_mailbox->mutex);
        points.swap(m_mailbox->points);
        states.swap(m_mailbox->states);
    }
    for (std::size_t lane = 0; lane < m_workspace.lanes().size(); ++lane) {
        std::vector<LanePoint> own;
        for (const auto& [number, point] : points)
            if (number == lane)
                own.push_back(point);
        m_workspace.appendPoints(lane, own);
    }
    for (const StateEvent& event : states)
        m_workspace.setLaneProgress(event.lane, progressOf(event.state), event.note);
    if (!points.empty() && m_workspace.raceState() == RaceState::Running) {
        double done = 0;
        double all = 0;
        for (const RunLane& lane : m_workspace.lanes()) {
            done += lane.points.empty() ? 0 : lane.points.back().step;
            all += static_cast<double>(lane.train.steps);
        }
        m_workspace.setWork(Activity::Racing, {true, tr("Racing"), all > 0 ? done / all : -1});
    }
}

} // namespace espalier
