// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/data_opener.h"
#include "app/destination_runner.h"
#include "app/measure_runner.h"
#include "app/model_opener.h"
#include "app/race_runner.h"
#include "app/rival_runner.h"
#include "app/task_thread.h"
#include "core/engine/session.h"
#include "widgets/workspace.h"

#include <QString>

#include <optional>

namespace espalier {

/// What the export dialog settles.
struct ExportOrder
{
    std::filesystem::path folder;
    ExportSettings settings;
};

/// The window's side of the engine: one runner per kind of work, each on threads of its own, whose
/// results go into the workspace. Every failure is one plain line there; the values that were shown
/// before stay.
class EngineBridge : public QObject
{
    Q_OBJECT
public:
    explicit EngineBridge(Workspace& workspace, QObject* parent = nullptr);
    ~EngineBridge() override;

    [[nodiscard]] const EngineInfo& info() const
    {
        return m_info;
    }
    [[nodiscard]] ModelOpener& opener()
    {
        return m_opener;
    }
    [[nodiscard]] DataOpener& data()
    {
        return m_data;
    }
    [[nodiscard]] MeasureRunner& measuring()
    {
        return m_measuring;
    }
    [[nodiscard]] DestinationRunner& destination()
    {
        return m_destination;
    }
    [[nodiscard]] RivalRunner& rival()
    {
        return m_rival;
    }
    [[nodiscard]] RaceRunner& race()
    {
        return m_race;
    }

    /// The recipe with what it was measured on: the whole input of the destination.
    [[nodiscard]] Recipe repeatableRecipe() const;

    void cancel(Activity activity);
    void exportDestination(const ExportOrder& order);
    void exportLane(int lane, const ExportOrder& order);
    /// Starts the workspace's lanes in a new folder below `runs`.
    void startRace(const std::filesystem::path& runs);

Q_SIGNALS:
    /// The workspace has the new model; measurements follow.
    void opened();
    void exported(const QString& folder, const QString& report);
    void exportFailed(const QString& reason);
    void noted(const QString& line); ///< what a person should know although the work goes on

private:
    void adopt(const OpenedModel& opened);
    void use(const DataSpec& data);
    void runExport(std::function<Result<ExportReport>(const Progress&)> work);

    Workspace& m_workspace;
    EngineInfo m_info;
    std::optional<Model> m_parent;
    ModelOpener m_opener;
    DataOpener m_data;
    MeasureRunner m_measuring;
    DestinationRunner m_destination;
    RivalRunner m_rival;
    RaceRunner m_race;
    TaskThread m_exports; ///< last: it uses the others
};

} // namespace espalier
