// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/signal_stop.h"

#include <csignal>
#include <cstdio>
#include <pthread.h>
#include <unistd.h>

namespace espalier::cli {

namespace {

constexpr int kLeave = SIGUSR2; ///< the destructor's word to its own thread
constexpr int kStoppedBySignal = 4;

sigset_t watchedSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, kLeave})
        sigaddset(&signals, signal);
    return signals;
}

} // namespace

SignalStop::SignalStop()
{
    const sigset_t signals = watchedSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_waiter = std::thread([this, signals] {
        int received = 0;
        while (sigwait(&signals, &received) == 0 && received != kLeave) {
            if (!m_source.request_stop())
                _exit(kStoppedBySignal);
            std::fputs("\nstopping, saving state (again to stop at once)\n", stderr);
        }
    });
}

SignalStop::~SignalStop()
{
    pthread_kill(m_waiter.native_handle(), kLeave);
    m_waiter.join();
}

} // namespace espalier::cli
