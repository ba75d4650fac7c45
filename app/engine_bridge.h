// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/race_runner.h"
#include "app/rival_runner.h"
#include "app/task_thread.h"
#include "core/engine/model_source.h"
#include "core/engine/session.h"
#include "widgets/workspace.h"

#include <QElapsedTimer>
#include <QString>

#include <optional>

namespace espalier {

/// What the export dialog settles.
struct ExportOrder
{
    std::filesystem::path folder;
    ExportSettings settings;
};

/// The only one that talks to the engine: runs its work on threads of its own and writes results
/// into the workspace. Every failure is one plain line there; the values that were shown before
/// stay.
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
    /// Settings that the current measurements were, or the next ones are, made with.
    [[nodiscard]] std::optional<Measurements> measurementsCopy() const;
    [[nodiscard]] MeasureSettings measureSettings() const;

    /// A folder, or hf:ORG/NAME, which may be fetched first; what is open stays until then.
    void open(const QString& model);
    /// Asks the Hub what opening would fetch; the newest question alone is answered.
    void lookUp(const QString& model);
    void abandonLookUp();
    void setData(const QString& source);
    void measure();
    void cancel(Activity activity);
    void preview(ParameterId child);
    void exportDestination(const ExportOrder& order);
    void exportLane(int lane, const ExportOrder& order);

    /// Starts the workspace's lanes in a new folder below `runs`.
    void startRace(const std::filesystem::path& runs);
    [[nodiscard]] RaceRunner& race()
    {
        return m_race;
    }
    [[nodiscard]] RivalRunner& rival()
    {
        return m_rival;
    }

Q_SIGNALS:
    /// The workspace has the new model; measurements follow.
    void opened();
    void openFailed(const QString& reason);
    void lookedUp(const QString& model, const espalier::HubOffer& offer);
    void lookUpFailed(const QString& model, const QString& reason);
    void measured();
    void exported(const QString& folder, const QString& report);
    void exportFailed(const QString& reason);
    void noted(const QString& line); ///< what a person should know although the work goes on

private:
    [[nodiscard]] Progress progressFor(Activity activity, std::stop_token stop);
    void fetch(const QString& model);
    void fetched(const QString& model, const Result<std::filesystem::path>& folder);
    void openFolder(const QString& model, const std::filesystem::path& folder);
    void endOpening(const Error& error);
    void adopt(const QString& source, Model model, const std::string& hash,
        std::optional<Measurements> cached);
    void evaluateParent();
    void refreshDestination();
    void runPreview();
    void runEvaluation();
    void measureWith(const MeasureSettings& settings);
    void measureWhatIsMissing();
    void finishMeasuring(Result<Measurements> result);
    void runExport(std::function<Result<ExportReport>(const Progress&)> work);

    Workspace& m_workspace;
    EngineInfo m_info;
    std::optional<Model> m_parent;
    std::vector<std::string_view> m_measuredFor; ///< needs that were met, or that failed, last
    RaceRunner m_race;
    RivalRunner m_rival;
    TaskThread m_quick; ///< previews
    TaskThread m_scores; ///< losses
    TaskThread m_long; ///< opening, measuring, exporting
    TaskThread m_fetches; ///< downloads, which may take hours
    TaskThread m_questions; ///< to the Hub
};

} // namespace espalier
