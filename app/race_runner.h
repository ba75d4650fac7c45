// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/task_thread.h"
#include "core/engine/race.h"
#include "widgets/workspace.h"

#include <QTimer>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace espalier {

/// Runs the race on its own thread and carries its telemetry into the workspace, 30 times a second.
class RaceRunner : public QObject
{
    Q_OBJECT
public:
    explicit RaceRunner(Workspace& workspace, QObject* parent = nullptr);
    ~RaceRunner() override;

    /// Makes the starts of the workspace's lanes from `parent` (learned plans learn now) and trains
    /// them; `folder` is new.
    void start(const Model& parent, std::optional<Measurements> measurements,
        const std::filesystem::path& folder);
    /// Shows an interrupted run; it continues with proceed().
    void open(const std::filesystem::path& folder);
    /// Goes on after pause() or stop().
    void proceed();
    void pause();
    /// Saves a checkpoint of every lane, then the race is Stopped.
    void stop();
    /// Forgets the run; it stays on disk.
    void reset();

    [[nodiscard]] const std::filesystem::path& folder() const
    {
        return m_folder;
    }

Q_SIGNALS:
    void failed(const QString& reason);

private:
    struct StateEvent
    {
        std::size_t lane;
        LaneState state;
        std::string note;
    };
    /// What the training thread hands over; shared, so that late reports never meet a dead runner.
    struct Mailbox
    {
        std::mutex mutex;
        std::vector<std::pair<std::size_t, LanePoint>> points;
        std::vector<StateEvent> states;
        std::atomic<bool> pause = false;
    };
    [[nodiscard]] RaceObserver observer() const;
    void run(const std::shared_ptr<Race>& race, const std::stop_token& stop);
    void finish(const Status& status);
    void fail(const Error& error);
    void showLanes(const std::vector<LaneRecord>& records);
    void drain();

    Workspace& m_workspace;
    std::filesystem::path m_folder;
    std::shared_ptr<Race>
        m_race; ///< set and used on the training thread; read here only while that is idle
    std::shared_ptr<Mailbox> m_mailbox;
    QTimer m_drain;
    TaskThread m_thread; ///< last: it uses the others
};

} // namespace espalier
