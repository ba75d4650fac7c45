// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/task_thread.h"
#include "core/engine/model_source.h"
#include "core/engine/session.h"
#include "core/report/model_summary.h"
#include "widgets/workspace.h"

#include <QObject>
#include <QString>

#include <optional>

namespace espalier {

/// A model that was read, with what is kept beside its weights.
struct OpenedModel
{
    QString name; ///< as the person gave it
    Model model;
    std::string weightsHash;
    InputSummary inputs;
    std::optional<Measurements> measurements;
    std::vector<LineageStep> lineage = {}; ///< as in ModelSummary
    std::optional<DataSpec> data = std::nullopt; ///< that its recipe names
};

/// Reads models from folders and recipes, fetching them from the Hub first where their name says
/// so. What is open stays until a new model is read whole.
class ModelOpener : public QObject
{
    Q_OBJECT
public:
    explicit ModelOpener(Workspace& workspace, QObject* parent = nullptr);

    /// A folder, hf:ORG/NAME, or a recipe.json, whose destination is made.
    void open(const QString& model);
    void cancelOpening();
    void cancelFetching();
    /// Asks the Hub what opening would fetch; the newest question alone is answered.
    void lookUp(const QString& model);
    void abandonLookUp();

Q_SIGNALS:
    void opened(const espalier::OpenedModel& model);
    void failed(const QString& reason); ///< the workspace has a diagnosis, if one can be made
    void lookedUp(const QString& model, const espalier::HubOffer& offer);
    void lookUpFailed(const QString& model, const QString& reason);
    void noted(const QString& line);

private:
    [[nodiscard]] Progress progressFor(Activity activity);
    void fetch(const QString& model);
    void fetched(const QString& model, const Result<std::filesystem::path>& folder);
    void openFrom(const QString& model, const std::filesystem::path& place);
    void end(const Error& error, std::optional<LoadDiagnosis> diagnosis = std::nullopt);

    Workspace& m_workspace;
    TaskThread m_reads; ///< these last: they use the others
    TaskThread m_fetches; ///< downloads, which may take hours
    TaskThread m_questions; ///< to the Hub
};

} // namespace espalier
