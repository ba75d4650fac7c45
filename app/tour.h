// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <functional>
#include <vector>

namespace espalier {

class MainWindow;

/// Plays open, measure, drag, weights, race, export by itself, as a person would through the
/// window's intents, and leaves a picture per step and a one-page report.
class Tour : public QObject
{
    Q_OBJECT
public:
    /// `raceSteps` per lane.
    Tour(MainWindow& window, const QString& model, const QString& folder, int raceSteps = 200);

    void start();

Q_SIGNALS:
    void finished(bool complete, const QString& report);

private:
    struct Step
    {
        QString id;
        QString caption;
        std::function<void()> act;
        std::function<bool()> isDone;
        std::function<QString()> facts = {}; ///< a sentence with numbers for the report
    };
    void buildSteps();
    void tick();
    void takePicture();
    void fail(const QString& reason);
    void writeReport();
    [[nodiscard]] QString lossFacts() const;
    [[nodiscard]] QString raceFacts() const;

    MainWindow& m_window;
    QString m_model;
    QString m_folder;
    int m_raceSteps;
    std::vector<Step> m_steps;
    std::size_t m_current = 0;
    bool m_acted = false;
    bool m_exported = false;
    QString m_problem;
    QTimer m_tick;
    QElapsedTimer m_clock;
    int m_settled = 0; ///< ticks since the step was done
    QStringList m_sections;
};

} // namespace espalier
