// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/checkpoint.h"

#include "core/architectures/catalog.h"
#include "core/base/parse_number.h"
#include "core/storage/atomic_file.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_weights.h"
#include "core/storage/safetensors_file.h"
#include "core/storage/tensor_source.h"
#include "core/storage/weights_file.h"
#include "core/tensors/load_parameters.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace espalier {

namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kOptimizer = "optimizer.safetensors";
constexpr const char* kRows = "rows";
constexpr std::uintmax_t kMaxConfigBytes = std::uintmax_t{16} << 20;

std::string momentName(const char* kind, ParameterId id)
{
    return fmt::format("{}.{}", kind, nameOf(id));
}

TensorSource sourceOf(const std::string& name, const at::Tensor& tensor)
{
    return {.spec = {.name = name, .dtype = Dtype::F32, .shape = tensor.sizes().vec()},
        .bytes = [tensor]() -> Result<SourceBytes> {
            return sourceBytesOf(tensor.detach().to(at::kCPU).contiguous());
        }};
}

Status writeOptimizer(
    const std::filesystem::path& file, const AdamW& optimizer, std::span<const double> rows)
{
    std::vector<TensorSource> sources;
    for (const auto& [id, tensor] : optimizer.firstMoments())
        sources.push_back(sourceOf(momentName("first", id), tensor));
    for (const auto& [id, tensor] : optimizer.secondMoments())
        sources.push_back(sourceOf(momentName("second", id), tensor));
    sources.push_back({.spec = {.name = kRows,
                           .dtype = Dtype::F64,
                           .shape = {static_cast<std::int64_t>(rows.size())}},
        .bytes = [rows]() -> Result<SourceBytes> {
            return SourceBytes{std::as_bytes(rows)};
        }});
    return writeSafetensors(file, sources, {{"steps", fmt::format("{}", optimizer.steps())}});
}

/// One tensor of optimizer.safetensors, with these sizes if they are given.
Result<at::Tensor> readTensor(const SafetensorsFile& file, const std::string& name, Dtype dtype,
    const std::optional<std::vector<std::int64_t>>& sizes)
{
    const TensorEntry* entry = file.header().find(name);
    if (!entry || entry->dtype != dtype || (sizes && entry->shape != *sizes))
        return refused(fmt::format(
            "{}: {} is missing or has another shape or type", file.path().string(), name));
    return tensorFromBytes(file.bytes(*entry), entry->shape, dtype);
}

Result<std::map<ParameterId, at::Tensor>> readMoments(
    const SafetensorsFile& file, const char* kind, const ParameterSet& parameters)
{
    std::map<ParameterId, at::Tensor> moments;
    for (const auto& [id, tensor] : parameters.tensors) {
        Result<at::Tensor> moment =
            readTensor(file, momentName(kind, id), Dtype::F32, tensor.sizes().vec());
        if (!moment)
            return moment.error();
        moments.emplace(id, *std::move(moment));
    }
    return moments;
}

Result<std::int64_t> readSteps(const SafetensorsFile& file)
{
    const auto found = file.header().metadata().find("steps");
    const std::int64_t steps = found == file.header().metadata().end()
        ? -1
        : parseNumber<std::int64_t>(found->second).value_or(-1);
    if (steps < 0)
        return refused(fmt::format("{}: the number of steps is missing", file.path().string()));
    return steps;
}

Result<ParameterSet> readWeights(const std::filesystem::path& folder)
{
    const Result<std::vector<std::uint8_t>> text = readFileBytes(folder / kConfig, kMaxConfigBytes);
    if (!text)
        return text.error();
    const Result<ModelConfig> config =
        readModelConfig(std::string(text->begin(), text->end()), (folder / kConfig).string());
    if (!config)
        return config.error();
    const Result<std::vector<StoredTensor>> stored = openSafetensors(folder / kWeights);
    if (!stored)
        return stored.error();
    return loadParameters(*config, *stored);
}

} // namespace

Status writeCheckpoint(
    const std::filesystem::path& folder, const Learner& learner, std::span<const double> rows)
{
    const ModelConfig& config = learner.parameters().config;
    if (const Status done = writeFileAtomically(folder / kConfig, writeModelConfig(config)); !done)
        return done;
    if (const Status done = writeWeightsFile(folder / kWeights, learner.parameters(), at::kFloat);
        !done)
        return done;
    return writeOptimizer(folder / kOptimizer, learner.optimizer(), rows);
}

Result<TrainingCheckpoint> readCheckpoint(const std::filesystem::path& folder)
{
    Result<ParameterSet> parameters = readWeights(folder);
    if (!parameters)
        return parameters.error();
    const Result<SafetensorsFile> file = SafetensorsFile::open(folder / kOptimizer);
    if (!file)
        return file.error();
    Result<std::map<ParameterId, at::Tensor>> first = readMoments(*file, "first", *parameters);
    if (!first)
        return first.error();
    Result<std::map<ParameterId, at::Tensor>> second = readMoments(*file, "second", *parameters);
    if (!second)
        return second.error();
    const Result<std::int64_t> steps = readSteps(*file);
    if (!steps)
        return steps.error();
    const Result<at::Tensor> rows = readTensor(*file, kRows, Dtype::F64, std::nullopt);
    if (!rows)
        return rows.error();
    const auto* values = rows->const_data_ptr<double>();
    return TrainingCheckpoint{.parameters = *std::move(parameters),
        .firstMoments = *std::move(first),
        .secondMoments = *std::move(second),
        .steps = *steps,
        .rows = {values, values + rows->numel()}};
}

} // namespace espalier
