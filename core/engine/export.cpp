// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/engine/export_sidecars.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/storage/atomic_file.h"
#include "core/storage/atomic_folder.h"
#include "core/storage/weights_file.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/ops/isnan.h>
#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kRecipe = "recipe.json";

/// Largest difference between two tensors; two NaNs in one place are alike.
double largestDifference(const at::Tensor& a, const at::Tensor& b)
{
    const at::Tensor alike = a.eq(b).logical_or(at::isnan(a).logical_and(at::isnan(b)));
    if (alike.all().item<bool>())
        return 0;
    return a.sub(b).abs().masked_fill(alike, 0).max().item<double>();
}

/// What was read back against what is in memory, in the type that was written.
Result<double> compare(const ParameterSet& memory, const ParameterSet& read, at::ScalarType type,
    const std::filesystem::path& out)
{
    if (memory.config.shape != read.config.shape || memory.config.flavour != read.config.flavour)
        return outOfResource(fmt::format("{}: the config read back differs from the one written", out.string()));
    double largest = 0;
    for (const auto& [id, tensor] : memory.tensors) {
        const double difference = largestDifference(tensor.to(type).to(at::kFloat), read.tensors.at(id));
        if (difference != 0)
            return outOfResource(fmt::format(
                "{}: {} read back differs by {} from what was written", out.string(), nameOf(id), difference));
        largest = std::max(largest, difference);
    }
    return largest;
}

std::int64_t bytesIn(const std::filesystem::path& folder)
{
    std::int64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        bytes += static_cast<std::int64_t>(entry.file_size());
    return bytes;
}

/// Where tokenizer and processor files lie: with the parent of the recipe, else with the model itself.
std::filesystem::path inputFilesOf(const Model& model, const Recipe* recipe)
{
    return recipe ? std::filesystem::path(recipe->parentPath) : model.path();
}

Status writeConfigAndRecipe(const ModelConfig& config, const Recipe* recipe, const std::filesystem::path& folder)
{
    if (const Status done = writeFileAtomically(folder / kConfig, writeModelConfig(config)); !done)
        return done;
    return recipe ? writeFileAtomically(folder / kRecipe, writeRecipe(*recipe)) : Status();
}

Result<ExportReport> exportConfig(const Model& model, const Recipe* recipe, const std::filesystem::path& out)
{
    Result<AtomicFolder> folder = AtomicFolder::prepare(out);
    if (!folder)
        return folder.error();
    if (const Status done = writeConfigAndRecipe(model.config(), recipe, folder->workPath()); !done)
        return done.error();
    const std::int64_t bytes = bytesIn(folder->workPath());
    if (const Status done = folder->commit(); !done)
        return done.error();
    return ExportReport {.folder = out, .bytes = bytes};
}

Status writeHuggingFace(const Model& model, const ParameterSet& parameters, const Recipe* recipe,
    const std::filesystem::path& folder, const std::string& name, at::ScalarType type, const Progress& progress)
{
    if (const Status done = writeConfigAndRecipe(model.config(), recipe, folder); !done)
        return done;
    if (const Status done = writeInputFiles(model.config(), inputFilesOf(model, recipe), folder); !done)
        return done;
    if (const Status done = writeFileAtomically(folder / "README.md", modelCard(model.config(), recipe, name)); !done)
        return done;
    return writeWeightsFile(folder / kWeights, parameters, type, progress);
}

Result<ExportReport> exportHuggingFace(const Model& model, const Recipe* recipe, const std::filesystem::path& out,
    at::ScalarType type, const Progress& progress)
{
    Result<AtomicFolder> folder = AtomicFolder::prepare(out);
    if (!folder)
        return folder.error();
    const Result<ParameterSet> parameters = model.impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    if (const Status done = writeHuggingFace(
            model, *parameters, recipe, folder->workPath(), out.filename().string(), type, progress);
        !done)
        return done.error();
    progress(0.7, "reading the export back");
    const Result<Model> written = Model::open(folder->workPath(), progress);
    if (!written)
        return written.error();
    const Result<ParameterSet> read = written->impl().parameters(progress);
    if (!read)
        return read.error();
    const Result<double> difference = compare(*parameters, *read, type, out);
    if (!difference)
        return difference.error();
    const std::int64_t bytes = bytesIn(folder->workPath());
    if (const Status done = folder->commit(); !done)
        return done.error();
    return ExportReport {.folder = out,
        .bytes = bytes,
        .tensors = static_cast<std::int64_t>(written->tensors().size()),
        .largestDifference = *difference};
}

Result<ExportReport> exportHdf5(
    const Model& model, const std::filesystem::path& out, at::ScalarType type, const Progress& progress)
{
    std::error_code error;
    if (std::filesystem::exists(out, error))
        return refused(fmt::format("{}: exists already, wanted a new file", out.string()));
    if (type != at::kFloat)
        return refused(fmt::format(
            "{}: found type {}, wanted F32 for HDF5", out.string(), safetensorsName(dtypeOf(type))));
    const Result<ParameterSet> parameters = model.impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    if (const Status done = writeModelHdf5(out, *parameters); !done)
        return done.error();
    progress(0.7, "reading the export back");
    const Result<ParameterSet> read = readModelHdf5(out);
    const Result<double> difference = read ? compare(*parameters, *read, type, out) : read.error();
    if (!difference) {
        std::filesystem::remove(out, error);
        return difference.error();
    }
    return ExportReport {.folder = out,
        .bytes = static_cast<std::int64_t>(std::filesystem::file_size(out)),
        .tensors = static_cast<std::int64_t>(diskTensorsOf(architectureOf(model.config()), model.config()).size()),
        .largestDifference = *difference};
}

} // namespace

Result<ExportReport> exportModel(const Model& model, const Recipe* recipe, const std::filesystem::path& out,
    const ExportSettings& settings, const Progress& progress)
{
    return guarded([&]() -> Result<ExportReport> {
        if (!settings.weights)
            return exportConfig(model, recipe, out);
        const bool hdf5 = settings.format == ExportFormat::Hdf5;
        const Dtype dtype = settings.dtype.value_or(hdf5 ? Dtype::F32 : model.impl().dtype);
        if (dtype != Dtype::F32 && dtype != Dtype::F16 && dtype != Dtype::BF16)
            return refused(fmt::format(
                "{}: found type {}, wanted F32, F16 or BF16", out.string(), safetensorsName(dtype)));
        return hdf5 ? exportHdf5(model, out, scalarTypeOf(dtype), progress)
                    : exportHuggingFace(model, recipe, out, scalarTypeOf(dtype), progress);
    });
}

} // namespace espalier
