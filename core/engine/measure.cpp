// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"
#include "core/base/untrusted_text.h"
#include "core/engine/calibration.h"
#include "core/engine/guard.h"
#include "core/engine/lasting_names.h"
#include "core/engine/measurement_key.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/measure/partial_loss.h"
#include "core/measure/run_measurements.h"
#include "core/plan/footprint.h"
#include "core/storage/cache_folder.h"
#include "core/storage/measurement_cache.h"
#include "core/storage/room.h"
#include "core/tensors/weight_source.h"

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

constexpr std::int64_t kFloatBytes = bytesPerElement(Dtype::F32);

/// Streams that block losses keep and send on (core/measure/partial_loss.h), and what one block
/// works with: its stream a few times, its MLP's units and its attention's scores.
std::int64_t activationBytes(const ModelConfig& config, const Dataset& data, std::int64_t batch)
{
    const ModelShape& shape = config.shape;
    const std::int64_t tokens =
        data.sequenceLength() > 0 ? data.sequenceLength() : trunkTokensOf(config);
    const std::int64_t stream = batch * tokens * shape.hidden * kFloatBytes;
    const std::int64_t sent =
        std::min(2 * shape.layers * stream, static_cast<std::int64_t>(kBranchBytes));
    const std::int64_t working =
        8 * stream + batch * tokens * (3 * shape.mlp + shape.heads * tokens) * kFloatBytes;
    return (shape.layers + 1) * stream + sent + working;
}

/// One call's inputs, settled.
struct Job
{
    const Model& model;
    const Dataset& data;
    const MeasureSettings& settings;
    std::vector<const MeasurementRow*> rows;

    [[nodiscard]] const MeasurementRow* needingGradients() const
    {
        const auto found = std::ranges::find_if(
            rows, [](const MeasurementRow* row) { return row->facts->needsGradients(); });
        return found == rows.end() ? nullptr : *found;
    }
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
    [[nodiscard]] bool canReadBlocks() const
    {
        return model.impl().loadOne && !needingGradients();
    }
    /// Without the weights.
    [[nodiscard]] std::int64_t workBytes() const
    {
        std::int64_t bytes = activationBytes(model.config(), data, settings.batch);
        for (const MeasurementRow* row : rows)
            bytes += row->memory ? row->memory(model.config().shape) : 0;
        if (needingGradients()) // one set for all rows
            bytes += footprintOf(model.config(), kFloatBytes).bytes;
        return bytes;
    }
};

Status checkLabels(const Job& job)
{
    for (const MeasurementRow* row : job.rows)
        if (const Status labelled = row->facts->labels ? job.data.requireLabels() : Status();
            !labelled)
            return refused(
                fmt::format("measuring {}: {}", row->facts->id, labelled.error().message));
    return {};
}

Status checkOneBlock(const Job& job)
{
    if (const MeasurementRow* const row = job.needingGradients())
        return refused(fmt::format(
            "measuring block by block: {} needs the gradients of all weights at once, wanted "
            "measurements without",
            row->facts->id));
    if (!job.model.impl().loadOne)
        return refused("measuring block by block: the weights lie in no safetensors or PyTorch "
                       "file to read them from again and again");
    return {};
}

/// Room is asked for the way that is taken.
Result<bool> readsBlocks(const Job& job, WeightsHeld held, const Progress& progress)
{
    if (held == WeightsHeld::OneBlock)
        if (const Status can = checkOneBlock(job); !can)
            return can.error();
    const Room room = roomAt(".");
    const std::int64_t whole = job.model.impl().bytesToLoad() + job.workBytes();
    const Status fits = checkRoom({.memory = whole}, room, "measuring");
    if (held == WeightsHeld::AsMemoryAllows && (fits || !job.canReadBlocks()))
        return fits ? Result<bool>(false) : fits.error();
    const std::int64_t byBlock = bytesByBlock(job.model.config()) + job.workBytes();
    if (const Status little = checkRoom({.memory = byBlock}, room, "measuring block by block");
        !little)
        return little.error();
    if (!fits)
        progress.tell(
            fmt::format("the weights do not fit into memory: {}; measuring block by block",
                fits.error().message));
    return true;
}

Result<Measurements> run(const Job& job, bool byBlock, const Progress& progress)
{
    const std::int64_t batches = job.batches();
    const auto batchAt = job.batchAt();
    const std::vector<std::string_view> ids = job.ids();
    if (byBlock) {
        if (const Status same = job.model.impl().stored->checkCopies(progress); !same)
            return same.error();
        const auto weights =
            WeightsByBlock::open(job.model.config(), job.model.impl().loadOne, progress.stop);
        if (!weights)
            return weights.error();
        return runMeasurements(**weights, batches, batchAt, ids, progress);
    }
    const Result<ParameterSet> parameters = job.model.impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    return runMeasurements(*parameters, batches, batchAt, ids, progress);
}

Result<Measurements> runWhereThereIsRoom(const Job& job, WeightsHeld held, const Progress& progress)
{
    const Result<bool> byBlock = readsBlocks(job, held, progress);
    if (!byBlock)
        return byBlock.error();
    return run(job, *byBlock, progress);
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
    Result<Measurements> measured = runWhereThereIsRoom(job, WeightsHeld::AsMemoryAllows, progress);
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

using Run = std::function<Result<Measurements>(const Job& job, const std::string& weightsHash)>;

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
        const Result<std::string> hash = model.weightsHash(progress);
        if (!hash)
            return hash.error();
        Result<Measurements> measured = run(job, *hash);
        if (!measured)
            return measured.error();
        measured->parentHash = *hash;
        noteSource(*measured, *data, settings);
        return measured;
    });
}

} // namespace

Result<Measurements> measure(
    const Model& model, const MeasureSettings& settings, const Progress& progress, WeightsHeld held)
{
    const Run run = [&](const Job& job, const std::string&) {
        return runWhereThereIsRoom(job, held, progress);
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
    const Run run = [&](const Job& job, const std::string& weightsHash) {
        return runOnce(job, weightsHash, cache, progress);
    };
    return measureBy(run, model, settings, progress);
}

} // namespace espalier
