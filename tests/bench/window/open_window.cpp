// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_window.h"

#include "app/main_window.h"

#include <QCoreApplication>

#include <algorithm>
#include <cstdio>

namespace espalier::bench {
namespace {

constexpr qint64 kPatienceMs = 120'000;

} // namespace

OpenWindow::OpenWindow()
    : settings(std::make_unique<Settings>(scratch.filePath(QStringLiteral("window.ini"))))
{
    settings->setTheme(ThemeChoice::Light);
    window = std::make_unique<MainWindow>(*settings);
    window->setRunsFolder(scratch.filePath(QStringLiteral("runs")));
    window->show();
}

OpenWindow::~OpenWindow() = default;

bool OpenWindow::fill(const QString& model)
{
    const Workspace& workspace = window->workspace();
    window->openModel(model);
    const bool filled = waitFor([&workspace] {
        return workspace.measurements() != nullptr && workspace.untrainedLoss()
            && !workspace.work(Activity::Evaluating).running;
    });
    paintAll();
    return filled;
}

bool waitFor(const std::function<bool()>& isDone)
{
    QElapsedTimer clock;
    clock.start();
    while (!isDone()) {
        if (clock.elapsed() > kPatienceMs)
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
    }
    return true;
}

void paintAll()
{
    // The first turn replots, the second paints what that asked for.
    for (int turn = 0; turn < 3; ++turn)
        QCoreApplication::processEvents();
}

double milliseconds(const QElapsedTimer& clock)
{
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

void printTimes(const std::string& name, std::vector<double> milliseconds, double goal)
{
    if (milliseconds.empty())
        return;
    std::sort(milliseconds.begin(), milliseconds.end());
    std::printf("{\"name\": \"%s\", \"best_ms\": %.2f, \"median_ms\": %.2f, \"worst_ms\": %.2f, "
                "\"goal_ms\": %.0f}\n",
        name.c_str(), milliseconds.front(), milliseconds[milliseconds.size() / 2],
        milliseconds.back(), goal);
    std::fflush(stdout);
}

} // namespace espalier::bench
