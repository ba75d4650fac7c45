// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/race.h"

#include "core/engine/guard.h"
#include "core/engine/lane.h"
#include "core/engine/lane_start.h"
#include "core/engine/lasting_names.h"
#include "core/engine/run_lock.h"

#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <thread>

namespace espalier {

namespace {

constexpr auto kPausePoll = std::chrono::milliseconds(20);

/// The lanes of a run folder, one thread training them in turn.
class RunningRace : public Race
{
public:
    RunningRace(RaceSpec spec, std::filesystem::path folder, std::vector<Lane> lanes, RunLock lock)
        : m_spec(std::move(spec))
        , m_folder(std::move(folder))
        , m_lanes(std::move(lanes))
        , m_lock(std::move(lock))
    {
    }

    [[nodiscard]] std::vector<LaneRecord> lanes() const override;
    [[nodiscard]] const std::filesystem::path& folder() const override
    {
        return m_folder;
    }
    [[nodiscard]] Status run(const RaceObserver& observer, std::stop_token stop,
        const std::atomic<bool>* pause) override;

private:
    [[nodiscard]] Status trainAll(
        const RaceObserver& observer, const std::stop_token& stop, const std::atomic<bool>* pause);
    [[nodiscard]] Status turn(std::size_t lane, const RaceObserver& observer,
        const std::stop_token& stop, const std::atomic<bool>* pause);
    [[nodiscard]] Status step(std::size_t lane, const RaceObserver& observer);
    [[nodiscard]] Status waitWhilePaused(
        const RaceObserver& observer, const std::stop_token& stop, const std::atomic<bool>* pause);
    [[nodiscard]] Status openLog();
    [[nodiscard]] Status saveAll();
    [[nodiscard]] bool isDone() const;
    void setState(
        std::size_t lane, LaneState state, const std::string& note, const RaceObserver& observer);
    void setAll(LaneState state, const RaceObserver& observer);

    RaceSpec m_spec;
    std::filesystem::path m_folder;
    /// lanes() may be asked by another thread than the one that trains. That one alone changes
    /// records, and locks only to do so, never while it computes.
    mutable std::mutex m_mutex;
    std::vector<Lane> m_lanes;
    std::optional<RunLog>
        m_log; ///< made by the first run(): looking at a run does not touch its curves
    RunLock m_lock;
};

std::vector<LaneRecord> RunningRace::lanes() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<LaneRecord> records;
    for (const Lane& lane : m_lanes)
        records.push_back(lane.record());
    return records;
}

bool RunningRace::isDone() const
{
    for (const Lane& lane : m_lanes)
        if (!lane.isDone())
            return false;
    return true;
}

void RunningRace::setState(
    std::size_t lane, LaneState state, const std::string& note, const RaceObserver& observer)
{
    {
        const std::lock_guard lock(m_mutex);
        m_lanes[lane].setState(state, note);
    }
    if (observer.state)
        observer.state(lane, state, note);
}

void RunningRace::setAll(LaneState state, const RaceObserver& observer)
{
    for (std::size_t lane = 0; lane < m_lanes.size(); ++lane)
        if (!m_lanes[lane].isDone())
            setState(lane, state, {}, observer);
}

Status RunningRace::openLog()
{
    if (m_log)
        return {};
    std::vector<LaneCurve> curves;
    for (const Lane& lane : m_lanes) {
        const LaneRecord& record = lane.record();
        LaneCurve curve{.id = record.spec.id,
            .title = record.spec.title,
            .parameters = record.parameters,
            .floor = record.floor,
            .rows = {}};
        for (const TrainPoint& point : record.points)
            curve.rows.push_back(rowFrom(point));
        curves.push_back(std::move(curve));
    }
    Result<RunLog> log = RunLog::create(m_folder, curves);
    if (!log)
        return log.error();
    m_log = *std::move(log);
    return {};
}

Status RunningRace::saveAll()
{
    Status outcome = m_log->flush();
    for (Lane& lane : m_lanes)
        if (const Status saved = lane.save(); !saved)
            outcome = saved; // the other lanes are saved all the same
    return outcome;
}

Status RunningRace::run(
    const RaceObserver& observer, std::stop_token stop, const std::atomic<bool>* pause)
{
    if (isDone())
        return {};
    if (const Status opened = openLog(); !opened)
        return opened;
    setAll(LaneState::Running, observer);
    const Status trained = trainAll(observer, stop, pause);
    if (!trained)
        setAll(LaneState::Stopped, observer);
    const Status saved = saveAll();
    return saved ? trained : saved;
}

Status RunningRace::trainAll(
    const RaceObserver& observer, const std::stop_token& stop, const std::atomic<bool>* pause)
{
    if (const Status saved = saveAll(); !saved) // so that state.json says "running"
        return saved;
    while (!isDone())
        for (std::size_t lane = 0; lane < m_lanes.size(); ++lane)
            if (const Status done = turn(lane, observer, stop, pause); !done)
                return done;
    return {};
}

Status RunningRace::turn(std::size_t lane, const RaceObserver& observer,
    const std::stop_token& stop, const std::atomic<bool>* pause)
{
    for (std::int64_t i = 0; i < m_spec.stepsPerTurn && !m_lanes[lane].isDone(); ++i) {
        if (pause && *pause)
            if (const Status resumed = waitWhilePaused(observer, stop, pause); !resumed)
                return resumed;
        if (stop.stop_requested())
            return cancelled();
        if (const Status done = step(lane, observer); !done)
            return done;
    }
    return {};
}

Status RunningRace::step(std::size_t index, const RaceObserver& observer)
{
    Lane& lane = m_lanes[index];
    const Result<Lane::Advance> done =
        guarded([&]() -> Result<Lane::Advance> { return lane.advance(); });
    if (!done) {
        setState(index, LaneState::Failed, done.error().message, observer);
        return lane.save();
    }
    {
        const std::lock_guard lock(m_mutex);
        lane.accept(*done);
    }
    const TrainPoint& point = done->point;
    if (const Status logged = m_log->append(index, rowFrom(point)); !logged)
        return logged;
    if (observer.point)
        observer.point(index, point);
    if (lane.isDone() && observer.state)
        observer.state(index, lane.record().state, lane.record().note);
    if (!lane.isDone() && !lane.autosaveIsDue())
        return {};
    if (const Status flushed = m_log->flush(); !flushed)
        return flushed;
    return lane.save();
}

Status RunningRace::waitWhilePaused(
    const RaceObserver& observer, const std::stop_token& stop, const std::atomic<bool>* pause)
{
    setAll(LaneState::Paused, observer);
    if (const Status saved = saveAll(); !saved)
        return saved;
    while (*pause && !stop.stop_requested())
        std::this_thread::sleep_for(kPausePoll);
    if (!stop.stop_requested())
        setAll(LaneState::Running, observer);
    return {};
}

} // namespace

Result<std::unique_ptr<Race>> Race::create(
    const RaceSpec& spec, const std::filesystem::path& folder, const Progress& progress)
{
    return create(spec, {}, folder, progress);
}

Result<std::unique_ptr<Race>> Race::create(const RaceSpec& given, std::vector<Model> starts,
    const std::filesystem::path& folder, const Progress& progress)
{
    return guarded([&]() -> Result<std::unique_ptr<Race>> {
        ESPALIER_EXPECT(
            starts.empty() || starts.size() == given.lanes.size(), "one start per lane");
        const RaceSpec spec = lastingNames(given);
        if (const Status made = makeRunFolder(spec, starts, folder, progress); !made)
            return made.error();
        return open(folder, progress);
    });
}

Result<std::unique_ptr<Race>> Race::open(
    const std::filesystem::path& folder, const Progress& progress)
{
    return guarded([&]() -> Result<std::unique_ptr<Race>> {
        Result<RunLock> lock = RunLock::take(folder);
        if (!lock)
            return lock.error();
        Result<RaceSpec> spec = readSpecOfRun(folder);
        if (!spec)
            return spec.error();
        Result<std::vector<Lane>> lanes = openLanes(*spec, folder, progress);
        if (!lanes)
            return lanes.error();
        return std::unique_ptr<Race>(std::make_unique<RunningRace>(
            *std::move(spec), folder, *std::move(lanes), *std::move(lock)));
    });
}

} // namespace espalier
