// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QString>
#include <QTemporaryDir>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace espalier {
class MainWindow;
class Settings;
} // namespace espalier

namespace espalier::bench {

/// A window with settings of its own, filled with a model.
struct OpenWindow
{
    OpenWindow();
    ~OpenWindow();
    OpenWindow(const OpenWindow&) = delete;
    OpenWindow& operator=(const OpenWindow&) = delete;

    /// Opens the model and waits until measurements and untrained loss are shown.
    [[nodiscard]] bool fill(const QString& model);

    QTemporaryDir scratch;
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;
};

/// Lets events run until `isDone`; false after two minutes.
[[nodiscard]] bool waitFor(const std::function<bool()>& isDone);
/// Until what was asked to be redrawn is on the screen.
void paintAll();
[[nodiscard]] double milliseconds(const QElapsedTimer& clock);

/// One JSON line {name, best_ms, median_ms, worst_ms, goal_ms} on stdout.
void printTimes(const std::string& name, std::vector<double> milliseconds, double goal);

int benchPlot();
int benchSlider(const QString& model);
/// `sinceProcessStart` began with the program.
int benchStart(const QString& model, const QElapsedTimer& sinceProcessStart);
/// Pictures of every view and state, of extreme plots and of the dialogs, into `folder`.
int takeGallery(const QString& folder, const QString& model, const QString& other);

} // namespace espalier::bench
