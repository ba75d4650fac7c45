// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/model_opener.h"

#include "app/work_progress.h"
#include "core/engine/diagnose.h"
#include "core/engine/model_inputs.h"
#include "core/engine/recipe_chain.h"
#include "core/engine/spec_files.h"

namespace espalier {
namespace {

constexpr int kOnlyKey = 0;

std::optional<Measurements> cachedMeasurements(
    const std::filesystem::path& folder, const std::string& hash)
{
    const std::filesystem::path file = folder / "m.h5";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return std::nullopt;
    Result<Measurements> loaded = loadMeasurements(file);
    // A cache that does not belong to these weights is worth nothing; the parent is measured anew.
    if (!loaded.ok() || loaded->parentHash != hash)
        return std::nullopt;
    return std::move(loaded).value();
}

/// A destination reads what the model reads that its chain of recipes begins with.
InputSummary inputsAt(const std::string& place, const Model& opened, const Progress& progress)
{
    if (!isRecipeFile(place))
        return inputsOf(opened);
    const Result<Model> root = openModel(rootModelOf(place), progress);
    return root ? inputsOf(*root) : InputSummary{.problem = root.error().message};
}

std::optional<DataSpec> dataOfRecipe(const std::string& place)
{
    const Result<Recipe> recipe = isRecipeFile(place) ? loadRecipe(place) : Recipe{};
    return recipe && recipe->measure ? std::optional(recipe->measure->data) : std::nullopt;
}

Result<OpenedModel> read(
    const QString& name, const std::filesystem::path& place, const Progress& progress)
{
    Result<Model> model = openModel(place.string(), progress);
    if (!model)
        return model.error();
    const Result<std::string> hash = model->weightsHash(progress);
    if (!hash)
        return hash.error();
    InputSummary inputs = inputsAt(place.string(), *model, progress);
    return OpenedModel{.name = name,
        .model = *std::move(model),
        .weightsHash = *hash,
        .inputs = std::move(inputs),
        .measurements = cachedMeasurements(place, *hash),
        .lineage = lineageOf(place),
        .data = dataOfRecipe(place.string())};
}

} // namespace

ModelOpener::ModelOpener(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
}

Progress ModelOpener::progressFor(Activity activity)
{
    return progressTo(
        *this, m_workspace, activity, [this](const QString& line) { Q_EMIT noted(line); });
}

void ModelOpener::open(const QString& model)
{
    cancelFetching();
    cancelOpening();
    m_workspace.setDiagnosis(std::nullopt);
    if (isHubName(model.toStdString()))
        fetch(model);
    else
        openFrom(model, model.toStdString());
}

void ModelOpener::cancelOpening()
{
    m_reads.cancel(kOnlyKey);
    m_workspace.setWork(Activity::Opening, {});
}

void ModelOpener::cancelFetching()
{
    m_fetches.cancel(kOnlyKey);
    m_workspace.setWork(Activity::Fetching, {});
}

void ModelOpener::fetch(const QString& model)
{
    m_workspace.setWork(Activity::Fetching, {true, tr("Looking for %1").arg(model), -1});
    m_fetches.post(kOnlyKey,
        [this, model, progress = progressFor(Activity::Fetching)](std::stop_token stop) mutable {
            progress.stop = stop;
            Result<std::filesystem::path> folder = modelFolder(model.toStdString(), progress);
            QMetaObject::invokeMethod(this, [this, model, stop, folder = std::move(folder)] {
                if (!stop.stop_requested())
                    fetched(model, folder);
            });
        });
}

void ModelOpener::fetched(const QString& model, const Result<std::filesystem::path>& folder)
{
    m_workspace.setWork(Activity::Fetching, {});
    if (!folder)
        end(folder.error());
    else if (m_workspace.raceIsOn())
        end(refused(
            tr("%1 has arrived. Stop the race before opening it.").arg(model).toStdString()));
    else
        openFrom(model, *folder);
}

void ModelOpener::openFrom(const QString& model, const std::filesystem::path& place)
{
    m_workspace.setWork(Activity::Opening, {true, tr("Opening"), -1});
    m_reads.post(kOnlyKey,
        [this, model, place, progress = progressFor(Activity::Opening)](
            std::stop_token stop) mutable {
            progress.stop = stop;
            const Result<OpenedModel> found = read(model, place, progress);
            const std::optional<LoadDiagnosis> diagnosis =
                found ? std::nullopt : diagnoseModel(model.toStdString(), found.error());
            QMetaObject::invokeMethod(this, [this, stop, found, diagnosis] {
                if (stop.stop_requested())
                    return;
                if (!found)
                    return end(found.error(), diagnosis);
                m_workspace.setWork(Activity::Opening, {});
                Q_EMIT opened(*found);
            });
        });
}

void ModelOpener::end(const Error& error, std::optional<LoadDiagnosis> diagnosis)
{
    m_workspace.setWork(Activity::Opening, {});
    m_workspace.setDiagnosis(std::move(diagnosis));
    if (error.code != ErrorCode::Cancelled)
        Q_EMIT failed(QString::fromStdString(error.message));
}

void ModelOpener::lookUp(const QString& model)
{
    m_questions.post(kOnlyKey, [this, model](std::stop_token stop) {
        const Result<HubOffer> offer = askHub(model.toStdString(), {.report = {}, .stop = stop});
        QMetaObject::invokeMethod(this, [this, model, stop, offer] {
            if (stop.stop_requested())
                return;
            if (offer)
                Q_EMIT lookedUp(model, *offer);
            else
                Q_EMIT lookUpFailed(model, QString::fromStdString(offer.error().message));
        });
    });
}

void ModelOpener::abandonLookUp()
{
    m_questions.cancel(kOnlyKey);
}

} // namespace espalier
