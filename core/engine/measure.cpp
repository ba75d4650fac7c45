// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"
#include "core/base/untrusted_text.h"
#include "core/data/dataset.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/measure/run_measurements.h"
#include "core/storage/room.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

Result<const MeasurementRow*> rowOf(const std::string& id)
{
    const auto rows = measurementRows();
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
    if (found != rows.end())
        return &*found;
    std::vector<std::string> ids;
    for (const MeasurementRow& row : rows)
        ids.emplace_back(row.id);
    const std::optional<std::string> meant = nearestName(id, ids);
    return refused(
        fmt::format("measuring: found no measurement {}, wanted one of {}{}", inQuotes(id),
            fmt::join(ids, ", "), meant ? fmt::format("; did you mean \"{}\"?", *meant) : ""));
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
            if (row.byDefault && (hasLabels || !row.labels))
                rows.push_back(&row);
    std::sort(rows.begin(), rows.end()); // the catalog is one array
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

std::int64_t gradientBytes(const ModelConfig& config)
{
    std::int64_t elements = 0;
    for (const ParameterSpec& spec : parametersOf(config))
        elements += elementsOf(spec, config.shape);
    return elements * static_cast<std::int64_t>(sizeof(float));
}

Status checkNeeds(
    const std::vector<const MeasurementRow*>& rows, const ModelConfig& config, const Dataset& data)
{
    std::int64_t bytes = 0;
    std::int64_t gradients = 0; // one set for all rows
    for (const MeasurementRow* row : rows) {
        if (const Status labelled = row->labels ? data.requireLabels() : Status(); !labelled)
            return refused(fmt::format("measuring {}: {}", row->id, labelled.error().message));
        if (row->memory)
            bytes += row->memory(config.shape);
        if (row->gradients)
            gradients = gradientBytes(config);
    }
    return checkRoom({.memory = bytes + gradients}, roomAt("."), "measuring");
}

Result<Measurements> measureOn(const ParameterSet& parameters, const Dataset& data,
    const MeasureSettings& settings, const Progress& progress)
{
    const Result<std::vector<const MeasurementRow*>> rows = rowsFor(settings.ids, data.hasLabels());
    if (!rows)
        return rows.error();
    if (const Status fits = checkNeeds(*rows, parameters.config, data); !fits)
        return fits.error();
    const std::int64_t samples = std::min(settings.samples, data.samples(Split::Train));
    const auto batchAt = [&](std::int64_t i) {
        const std::int64_t first = i * settings.batch;
        return data.batch(Split::Train, first, std::min(settings.batch, samples - first));
    };
    std::vector<std::string_view> ids;
    for (const MeasurementRow* row : *rows)
        ids.push_back(row->id);
    return runMeasurements(
        parameters, (samples + settings.batch - 1) / settings.batch, batchAt, ids, progress);
}

} // namespace

std::vector<MeasurementInfo> measurementCatalog()
{
    std::vector<MeasurementInfo> catalog;
    for (const MeasurementRow& row : measurementRows())
        catalog.push_back({.id = row.id,
            .title = row.title,
            .formula = row.formula,
            .paper = row.paper,
            .byDefault = row.byDefault,
            .labels = row.labels,
            .gradients = row.gradients,
            .expensive = row.expensive});
    return catalog;
}

Result<Measurements> measure(
    const Model& model, const MeasureSettings& settings, const Progress& progress)
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
        const Result<ParameterSet> parameters = model.impl().parameters(progress);
        if (!parameters)
            return parameters.error();
        Result<Measurements> measured = measureOn(*parameters, *data, settings, progress);
        if (!measured)
            return measured.error();
        const Result<std::string> hash = model.weightsHash(progress);
        if (!hash)
            return hash.error();
        measured->parentHash = *hash;
        measured->data = data->name();
        measured->source = settings.data.source;
        measured->sequenceLength = data->sequenceLength();
        measured->batch = settings.batch;
        measured->validationShare = settings.data.validationShare;
        measured->textField = settings.data.textField;
        measured->tokenizer = settings.data.tokenizer;
        measured->skipBroken = settings.data.skipBroken;
        return measured;
    });
}

} // namespace espalier
