// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/base/progress_within.h"
#include "core/engine/export_files.h"
#include "core/engine/export_weights.h"
#include "core/engine/guard.h"
#include "core/engine/lasting_names.h"
#include "core/engine/model_card.h"
#include "core/engine/model_impl.h"
#include "core/engine/model_source.h"
#include "core/engine/race.h"
#include "core/engine/recipe_chain.h"
#include "core/engine/session.h"
#include "core/engine/spec_files.h"
#include "core/storage/atomic_file.h"
#include "core/storage/atomic_folder.h"
#include "core/storage/hub_cache.h"
#include "core/storage/operator_store.h"

#include <fmt/format.h>

namespace espalier {

namespace {

/// One call's inputs, settled.
struct Job
{
    const Model& model;
    const Recipe* recipe;
    std::filesystem::path
        parent; ///< a folder or a recipe; its tokenizer and processor files go along
    std::optional<TrainingFacts> training;
    ExportSettings settings;
    Dtype dtype = Dtype::F32;

    [[nodiscard]] bool isHdf5() const
    {
        return settings.format == ExportFormat::Hdf5;
    }
};

Result<Dtype> dtypeFor(const Model& model, const ExportSettings& settings)
{
    const bool hdf5 = settings.format == ExportFormat::Hdf5;
    const Dtype dtype = settings.dtype.value_or(hdf5 ? Dtype::F32 : model.impl().dtype);
    if (dtype == Dtype::F32 || (!hdf5 && (dtype == Dtype::F16 || dtype == Dtype::BF16)))
        return dtype;
    return refused(fmt::format("export: found element type {}, wanted {}", safetensorsName(dtype),
        hdf5 ? "F32 for HDF5" : "F32, F16 or BF16"));
}

Status checkRoomFor(const Job& job, const AtomicFolder& folder)
{
    const Model::Impl& model = job.model.impl();
    Need need = job.isHdf5() ? needOfHdf5(model) : needOfSafetensors(model, job.dtype);
    if (job.isHdf5() || (!model.loadOne && !model.loadDiskTensor))
        need.memory += model.bytesToLoad();
    return checkRoom(need, roomAt(folder.workPath()), folder.target().string());
}

Status writeRecipe(const Recipe& recipe, const AtomicFolder& folder)
{
    return saveRecipe(lastingNames(recipe), folder.workPath() / "recipe.json");
}

Status writeCard(const Job& job, const AtomicFolder& folder, bool tokenizer)
{
    return writeFileAtomically(folder.workPath() / "README.md",
        modelCard({.name = folder.target().filename().string(),
            .config = job.model.config(),
            .recipe = job.recipe ? std::optional(*job.recipe) : std::nullopt,
            .parent = job.parent,
            .training = job.training,
            .dtype = job.dtype,
            .format = job.settings.format,
            .weights = job.settings.weights,
            .tokenizer = tokenizer}));
}

/// Where the tokenizer of a MODEL would be; a model that is gone has none.
std::filesystem::path folderOf(const std::string& model)
{
    const Result<std::filesystem::path> folder = modelFolder(model);
    const Result<std::filesystem::path> snapshot = folder ? modelFolderOf(*folder) : folder;
    return snapshot ? *snapshot : std::filesystem::path();
}

Status writeSmallFiles(const Job& job, const AtomicFolder& folder)
{
    const ModelConfig& config = job.model.config();
    if (Status written = writeConfigFile(config, job.dtype, folder.workPath()); !written)
        return written;
    bool tokenizer = false;
    if (job.settings.weights) {
        const std::string parent = job.parent.string();
        const Result<bool> written = writeProcessorFiles(config,
            isRecipeFile(parent) ? folderOf(rootModelOf(parent)) : job.parent, folder.workPath());
        if (!written)
            return written.error();
        tokenizer = *written;
    }
    if (job.recipe)
        if (Status written = writeRecipe(*job.recipe, folder); !written)
            return written;
    if (job.settings.operators)
        if (Status written =
                writeOperators(*job.settings.operators, folder.workPath() / "operators.h5");
            !written)
            return written;
    return writeCard(job, folder, tokenizer);
}

Status writeAndCompare(const Job& job, const AtomicFolder& folder, const Progress& progress)
{
    const Model::Impl& model = job.model.impl();
    if (job.isHdf5())
        return writeHdf5Model(model, folder.workPath(), within(progress, 0, 0.9));
    const Result<WrittenTensors> written = writeSafetensorsModel(
        model, job.dtype, job.settings.maxShardBytes, folder.workPath(), within(progress, 0, 0.6));
    if (!written)
        return written.error();
    return checkSafetensorsModel(*written, folder.workPath(), within(progress, 0.6, 0.9));
}

/// The folder, opened as anybody would open it, is the model that was to be written.
Status checkOpens(const Job& job, const std::filesystem::path& folder)
{
    const Result<Model> opened = Model::open(folder);
    if (!opened)
        return opened.error();
    if (opened->config().shape != job.model.config().shape
        || opened->config().flavour != job.model.config().flavour)
        return Error{ErrorCode::Internal, "export: config.json reads back as another model"};
    return {};
}

Result<ExportReport> exportInto(AtomicFolder& folder, const Job& job, const Progress& progress)
{
    ExportReport report{.folder = folder.target()};
    if (job.settings.weights)
        if (const Status fits = checkRoomFor(job, folder); !fits)
            return fits.error();
    if (const Status written = writeSmallFiles(job, folder); !written)
        return written.error();
    if (job.settings.weights) {
        if (const Status written = writeAndCompare(job, folder, progress); !written)
            return written.error();
        report.tensors = static_cast<std::int64_t>(
            diskTensorsOf(architectureOf(job.model.config()), job.model.config()).size());
    }
    if (const Status opens = checkOpens(job, folder.workPath()); !opens)
        return opens.error();
    report.bytes = bytesIn(folder.workPath());
    if (progress.stopRequested())
        return cancelled();
    progress(0.9, "putting the folder in place");
    if (const Status committed = folder.commit(); !committed)
        return committed.error();
    return report;
}

Result<ExportReport> exportJob(Job job, const std::filesystem::path& out, const Progress& progress)
{
    return guarded([&]() -> Result<ExportReport> {
        const Result<Dtype> dtype = dtypeFor(job.model, job.settings);
        if (!dtype)
            return dtype.error();
        job.dtype = *dtype;
        if (job.settings.maxShardBytes < 1)
            return refused(fmt::format("export: found files of at most {} bytes, wanted at least 1",
                job.settings.maxShardBytes));
        Result<AtomicFolder> folder = AtomicFolder::prepare(out);
        if (!folder)
            return folder.error();
        return exportInto(*folder, job, progress);
    });
}

std::filesystem::path parentOf(const Recipe* recipe, const std::filesystem::path& otherwise)
{
    return folderOf(recipe ? recipe->parentPath : otherwise.string());
}

/// A parent that a recipe made lies nowhere; its recipe stands for it.
std::filesystem::path parentOf(const Recipe& recipe, const Model& opened)
{
    return opened.path().empty() && isRecipeFile(recipe.parentPath)
        ? std::filesystem::path(recipe.parentPath)
        : opened.path();
}

} // namespace

Result<ExportReport> exportModel(const Model& model, const Recipe* recipe,
    const std::filesystem::path& out, const ExportSettings& settings, const Progress& progress)
{
    return exportJob({.model = model,
                         .recipe = recipe,
                         .parent = parentOf(recipe, model.path()),
                         .training = std::nullopt,
                         .settings = settings},
        out, progress);
}

Result<ExportReport> exportScaled(const Model& parent, const TransferPlan& plan,
    const Recipe& recipe, const std::filesystem::path& out, const ExportSettings& settings,
    const Progress& progress)
{
    const Model child = scaledOnDemand(parent, plan);
    return exportJob({.model = child,
                         .recipe = &recipe,
                         .parent = parentOf(recipe, parent),
                         .training = std::nullopt,
                         .settings = settings},
        out, progress);
}

Result<ExportReport> exportLane(const std::filesystem::path& laneFolder,
    const std::filesystem::path& out, const ExportSettings& settings, const Progress& progress)
{
    const Result<Model> model = openLane(laneFolder);
    if (!model)
        return model.error();
    const Result<LaneOrigin> origin = originOfLane(laneFolder);
    if (!origin)
        return origin.error();
    if (origin->gate < 1) // its losses are those of a model that no checkpoint of a family holds
        return refused(fmt::format("{}: found gates that are open to {:.0f} %, wanted a lane that "
                                   "has trained for its gate steps",
            laneFolder.string(), 100 * origin->gate));
    const Recipe* const made = origin->recipe ? &*origin->recipe : nullptr;
    return exportJob({.model = *model,
                         .recipe = made,
                         .parent = parentOf(made, origin->parent),
                         .training = TrainingFacts{.steps = origin->steps,
                             .data = origin->data,
                             .validationLoss = origin->validationLoss,
                             .growth = origin->growth},
                         .settings = settings},
        out, progress);
}

} // namespace espalier
