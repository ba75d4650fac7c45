// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/engine/export_files.h"
#include "core/engine/export_weights.h"
#include "core/engine/guard.h"
#include "core/engine/model_card.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/engine/spec_files.h"
#include "core/storage/atomic_file.h"
#include "core/storage/atomic_folder.h"

#include <fmt/format.h>

namespace espalier {

namespace {

/// One call's inputs, settled.
struct Job
{
    const Model& model;
    const Recipe* recipe;
    ExportFormat format;
    Dtype dtype;
    bool weights;
};

/// Where a part of the work stands within the whole.
Progress within(const Progress& whole, double from, double to)
{
    return {.report = [&whole, from, to](double part,
                          std::string_view stage) { whole(from + (to - from) * part, stage); },
        .stop = whole.stop};
}

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
    Need need = needOfWeights(job.model.config(), job.dtype);
    const Model::Impl& impl = job.model.impl();
    const std::lock_guard lock(impl.mutex);
    if (!impl.loaded)
        for (const ParameterSpec& spec : parametersOf(impl.config))
            need.memory += elementsOf(spec, impl.config.shape) * bytesPerElement(Dtype::F32);
    return checkRoom(need, roomAt(folder.workPath()), folder.target().string());
}

Status writeRecipeAndCard(const Job& job, const AtomicFolder& folder, bool tokenizer)
{
    // The recipe moves to another folder; "recipe.json" stands for a file where we are.
    const Recipe recipe = withAbsolutePaths(*job.recipe, "recipe.json");
    if (Status saved = saveRecipe(recipe, folder.workPath() / "recipe.json"); !saved)
        return saved;
    return writeFileAtomically(folder.workPath() / "README.md",
        modelCard({.name = folder.target().filename().string(),
            .config = job.model.config(),
            .recipe = recipe,
            .dtype = job.dtype,
            .format = job.format,
            .weights = job.weights,
            .tokenizer = tokenizer}));
}

Status writeSmallFiles(const Job& job, const AtomicFolder& folder)
{
    const ModelConfig& config = job.model.config();
    if (Status written = writeConfigFile(config, job.dtype, folder.workPath()); !written)
        return written;
    bool tokenizer = false;
    if (job.weights) {
        const std::filesystem::path parent =
            job.recipe ? std::filesystem::path(job.recipe->parentPath) : job.model.path();
        const Result<bool> written = writeProcessorFiles(config, parent, folder.workPath());
        if (!written)
            return written.error();
        tokenizer = *written;
    }
    return job.recipe ? writeRecipeAndCard(job, folder, tokenizer) : Status();
}

Result<double> writeAndCompare(const Job& job, const AtomicFolder& folder, const Progress& progress)
{
    const Result<ParameterSet> parameters = job.model.impl().parameters(within(progress, 0, 0.2));
    if (!parameters)
        return parameters.error();
    if (const Status written = writeWeights(
            *parameters, job.format, job.dtype, folder.workPath(), within(progress, 0.2, 0.6));
        !written)
        return written.error();
    const Result<double> difference = largestDifference(
        *parameters, job.format, job.dtype, folder.workPath(), within(progress, 0.6, 0.9));
    if (difference && *difference != 0)
        return outOfResource(fmt::format("{}: what was written reads back different, by up to {:g}",
            folder.target().string(), *difference));
    return difference;
}

/// The folder, opened as anybody would open it, is the model that was to be written.
Status checkOpens(const Job& job, const std::filesystem::path& folder)
{
    if (job.weights && job.format == ExportFormat::Hdf5)
        return {}; // not a folder that Model opens; largestDifference has seen all of it
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
    if (job.weights)
        if (const Status fits = checkRoomFor(job, folder); !fits)
            return fits.error();
    if (const Status written = writeSmallFiles(job, folder); !written)
        return written.error();
    if (job.weights) {
        const Result<double> difference = writeAndCompare(job, folder, progress);
        if (!difference)
            return difference.error();
        report.largestDifference = *difference;
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

} // namespace

Result<ExportReport> exportModel(const Model& model, const Recipe* recipe,
    const std::filesystem::path& out, const ExportSettings& settings, const Progress& progress)
{
    return guarded([&]() -> Result<ExportReport> {
        const Result<Dtype> dtype = dtypeFor(model, settings);
        if (!dtype)
            return dtype.error();
        Result<AtomicFolder> folder = AtomicFolder::prepare(out);
        if (!folder)
            return folder.error();
        return exportInto(*folder,
            {.model = model,
                .recipe = recipe,
                .format = settings.format,
                .dtype = *dtype,
                .weights = settings.weights},
            progress);
    });
}

} // namespace espalier
