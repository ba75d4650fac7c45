// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/task_thread.h"

namespace espalier {

TaskThread::TaskThread()
    : m_thread([this](const std::stop_token& end) { run(end); })
{
}

TaskThread::~TaskThread()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.clear();
        m_runningStop.request_stop();
    }
    m_thread.request_stop();
    m_wake.notify_all();
    m_thread.join();
}

void TaskThread::dropLocked(int key)
{
    m_waiting.remove_if([key](const Entry& entry) { return entry.key == key; });
    if (m_runningKey == key)
        m_runningStop.request_stop();
}

void TaskThread::post(int key, Task task)
{
    {
        const std::scoped_lock lock(m_mutex);
        dropLocked(key);
        m_waiting.push_back({key, std::move(task)});
    }
    m_wake.notify_all();
}

void TaskThread::cancel(int key)
{
    const std::scoped_lock lock(m_mutex);
    dropLocked(key);
}

bool TaskThread::isIdle() const
{
    const std::scoped_lock lock(m_mutex);
    return m_waiting.empty() && m_runningKey < 0;
}

void TaskThread::run(const std::stop_token& end)
{
    while (!end.stop_requested()) {
        Task task;
        std::stop_token stop;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, end, [this] { return !m_waiting.empty(); }))
                return;
            m_runningKey = m_waiting.front().key;
            task = std::move(m_waiting.front().task);
            m_waiting.pop_front();
            m_runningStop = std::stop_source();
            stop = m_runningStop.get_token();
        }
        task(stop);
        const std::scoped_lock lock(m_mutex);
        m_runningKey = -1;
    }
}

} // namespace espalier
