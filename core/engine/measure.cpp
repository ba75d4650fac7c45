// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"
#include "core/base/untrusted_text.h"
#include "core/engine/calibration.h"
#include "core/engine/guard.h"
#include "core/engine/held_weights.h"
#include "core/engine/lasting_names.h"
#include "core/engine/measurement_key.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/forward/activation_bytes.h"
#include "core/measure/run_measurements.h"
#include "core/plan/footprint.h"
#include "core/storage/cache_folder.h"
#include "core/storage/measurement_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace espalier {

namespace {

Result<const MeasurementRow*> rowOf(const std::string& id)
{
    const auto rows = measurementRows();
    const auto found =
        std::ranges::find_if(rows, [&](const auto& row) { return row.facts->id == id; });
    if (found != rows.end())
        return &*found;
    std::vector<std::string> ids;
    for (const MeasurementRow& row : rows)
        ids.emplace_back(row.facts->id);
    return refused(
        fmt::format("measuring: found no measurement {}, {}", inQuotes(id), correctionOf(id, ids)));
}

/// The rows of these ids, each once, in the catalog's order; without ids the usual ones that the
/// data allow.
Result<std::vector<const MeasurementRow*>> rowsFor(
    const std::vector<std::string>& ids, bool hasLabels)
{
    std::vector<const MeasurementRow*> rows;
    for (const std::string& id : ids) {
        const Result<const MeasurementRow*> row = rowOf(id);
        if (!row)
            return row.error();
        rows.push_back(*row);
    }
    if (ids.empty())
        for (const MeasurementRow& row : measurementRows())
            if (row.facts->byDefault && (hasLabels || !row.facts->labels))
                rows.push_back(&row);
    std::sort(rows.begin(), rows.end()); // the catalog is one array
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

/// One call's inputs, settled.
struct Job
{
    const Model& model;
    const Dataset& data;
    const MeasureSettings& settings;
    std::vector<const MeasurementRow*> rows;

    [[nodiscard]] std::vector<std::string_view> ids() const
    {
        std::vector<std::string_view> ids;
        for (const MeasurementRow* row : rows)
            ids.push_back(row->facts->id);
        return ids;
    }
    [[nodiscard]] std::int64_t batches() const
    {
        return calibrationBatches(data, settings);
    }
    [[nodiscard]] std::function<Batch(std::int64_t)> batchAt() const
    {
        return [this](std::int64_t i) {
            return calibrationBatch(data, settings, i);
        };
    }
};

/// What a pass without gradients takes.
PassNeed forwardNeedOf(const Job& job, const ActivationBytes& batch)
{
    std::int64_t kept = batch.input + batch.mask + batch.stream;
    bool losses = false;
    for (const MeasurementRow* row : job.rows) {
        kept += row->memory ? row->memory(job.model.config(), batch.stream, job.batches()) : 0;
        losses = losses || (row->facts->labels && !row->facts->needsGradients());
    }
    const std::int64_t work = kept + (losses ? std::max(batch.block, batch.head) : batch.block);
    return {.memory = work, .byBlock = {.memory = work}, .kept = kept};
}

/// What one with gradients takes: those of all weights, or of what belongs to no block and of one
/// block; a batch's own before they are added, with their products; and what backward reads.
PassNeed gradientNeedOf(const Job& job, const ActivationBytes& batch)
{
    const ModelConfig& config = job.model.config();
    const std::int64_t all = footprintOf(config, bytesPerElement(Dtype::F32)).bytes;
    const BytesByBlock weights = bytesByBlock(config);
    const std::int64_t work = batch.input + batch.mask + batch.stream + 2 * weights.largest;
    const std::int64_t inputs =
        readsTokens(config.flavour.task) ? job.batches() * batch.input : 0; // no pixels
    const std::int64_t places = config.shape.layers + 1;
    return {.memory = work + all + config.shape.layers * batch.blockGraph + batch.headGraph,
        .byBlock = {.disk = job.batches() * places * batch.stream,
            .memory = work + weights.held() + inputs + batch.stream
                + std::max(batch.blockGraph, batch.headGraph)},
        .kept = weights.outside + inputs,
        .scratch = scratchFolder()};
}

/// The passes come one after the other.
PassNeed needOf(const Job& job)
{
    const ActivationBytes batch = activationBytes(
        job.model.config(), batchSizeOf(job.data, job.model.config(), job.settings.batch));
    const PassNeed forward = forwardNeedOf(job, batch);
    if (std::ranges::none_of(
            job.rows, [](const MeasurementRow* row) { return row->facts->needsGradients(); }))
        return forward;
    PassNeed both = gradientNeedOf(job, batch);
    both.memory = std::max(both.memory, forward.memory);
    both.byBlock.memory = std::max(both.byBlock.memory, forward.byBlock.memory);
    both.kept = std::max(both.kept, forward.kept);
    return both;
}

Status checkLabels(const Job& job)
{
    for (const MeasurementRow* row : job.rows)
        if (const Status labelled = row->facts->labels ? job.data.requireLabels() : Status();
            !labelled)
            return refused(
                fmt::format("measuring {}: {}", row->facts->id, labelled.error().message));
    return {};
}

Result<Measurements> run(const Job& job, WeightsHeld held, const Progress& progress)
{
    const Result<HeldWeights> weights =
        holdWeights(job.model, held, needOf(job), "measuring", progress);
    if (!weights)
        return weights.error();
    const PassBatches batches = {job.batches(), job.batchAt()};
    return weights->all
        ? runMeasurements(*weights->all, batches, job.ids(), progress)
        : runMeasurements(*weights->source, batches, job.ids(), scratchFolder(), progress);
}

/// What the cache has of this job, or what running it comes to.
Result<Measurements> runOnce(const Job& job, const std::string& weightsHash,
    const MeasurementCache& cache, const Progress& progress)
{
    const auto batchAt = job.batchAt();
    const std::string key = measurementKey({.weightsHash = weightsHash,
        .config = job.model.config(),
        .ids = job.ids(),
        .batches = job.batches(),
        .batchAt = batchAt});
    if (std::optional<Measurements> kept = cache.find(key, weightsHash, progress))
        return *std::move(kept);
    Result<Measurements> measured = run(job, WeightsHeld::AsMemoryAllows, progress);
    if (!measured)
        return measured;
    measured->parentHash = weightsHash;
    cache.keep(key, *measured, progress);
    return measured;
}

void noteSource(Measurements& measured, const Dataset& data, const MeasureSettings& settings)
{
    measured.data = data.name();
    const DataSpec found = lastingNames(settings.data);
    measured.source = found.source;
    measured.sequenceLength = data.sequenceLength();
    measured.batch = settings.batch;
    measured.validationShare = settings.data.validationShare;
    measured.textField = settings.data.textField;
    measured.tokenizer = found.tokenizer;
    measured.skipBroken = settings.data.skipBroken;
}

using Run = std::function<Result<Measurements>(const Job& job)>;

Result<Measurements> measureBy(
    const Run& run, const Model& model, const MeasureSettings& settings, const Progress& progress)
{
    return guarded([&]() -> Result<Measurements> {
        if (settings.samples < 1 || settings.batch < 1)
            return refused(fmt::format(
                "measuring: found {} samples in batches of {}, wanted at least 1 of each",
                settings.samples, settings.batch));
        const Result<Dataset> data =
            model.impl().data->open(settings.data, model.config(), progress);
        if (!data)
            return data.error();
        Result<std::vector<const MeasurementRow*>> rows = rowsFor(settings.ids, data->hasLabels());
        if (!rows)
            return rows.error();
        const Job job{
            .model = model, .data = *data, .settings = settings, .rows = *std::move(rows)};
        if (const Status labelled = checkLabels(job); !labelled)
            return labelled.error();
        Result<Measurements> measured = run(job);
        if (!measured)
            return measured.error();
        const Result<std::string> hash = model.weightsHash(progress); // once room is settled
        if (!hash)
            return hash.error();
        measured->parentHash = *hash;
        noteSource(*measured, *data, settings);
        return measured;
    });
}

} // namespace

Result<Measurements> measure(
    const Model& model, const MeasureSettings& settings, const Progress& progress, WeightsHeld held)
{
    const Run run = [&](const Job& job) {
        return espalier::run(job, held, progress);
    };
    return measureBy(run, model, settings, progress);
}

Result<Measurements> measureOnce(
    const Model& model, const MeasureSettings& settings, const Progress& progress)
{
    const std::optional<std::filesystem::path> folder = cacheFolder();
    if (!folder)
        return measure(model, settings, progress);
    const MeasurementCache cache(*folder / "measurements");
    const Run run = [&](const Job& job) -> Result<Measurements> {
        const Result<std::string> hash = model.weightsHash(progress);
        return hash ? runOnce(job, *hash, cache, progress) : hash.error();
    };
    return measureBy(run, model, settings, progress);
}

} // namespace espalier
