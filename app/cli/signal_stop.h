// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <thread>

namespace espalier::cli {

/// Turns SIGINT and SIGTERM into a stop request, so that long work saves its state and returns. A
/// second signal ends the program at once, with status 4. Make one before any other thread starts:
/// threads inherit the blocked signals.
class SignalStop
{
public:
    SignalStop();
    ~SignalStop();
    SignalStop(const SignalStop&) = delete;
    SignalStop& operator=(const SignalStop&) = delete;

    [[nodiscard]] std::stop_token token() const
    {
        return m_source.get_token();
    }

private:
    std::stop_source m_source;
    std::thread m_waiter;
};

} // namespace espalier::cli
