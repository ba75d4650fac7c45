// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

namespace espalier {

/// A thread that runs tasks one after another. Tasks of one key replace each other: a newer one
/// drops the waiting one and asks the running one to stop (latest wins). Ends by stopping what runs
/// and forgetting what waits.
class TaskThread
{
public:
    using Task = std::function<void(std::stop_token)>;

    TaskThread();
    ~TaskThread();
    TaskThread(const TaskThread&) = delete;
    TaskThread& operator=(const TaskThread&) = delete;

    void post(int key, Task task);
    /// Drops the waiting task of this key and asks the running one to stop.
    void cancel(int key);
    [[nodiscard]] bool isIdle() const;

private:
    struct Entry
    {
        int key;
        Task task;
    };
    void dropLocked(int key);
    void run(const std::stop_token& end);

    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::list<Entry> m_waiting;
    int m_runningKey = -1;
    std::stop_source m_runningStop;
    std::jthread m_thread; ///< last: it uses the others
};

} // namespace espalier
