// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/measure/run_measurements.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::string_view kBlockLosses = "block-losses";

Result<Measurements> measureOn(const ParameterSet& parameters, const Dataset& data,
    const MeasureSettings& settings, const Progress& progress)
{
    const std::int64_t samples = std::min(settings.samples, data.samples(Split::Train));
    const auto batchAt = [&](std::int64_t i) {
        const std::int64_t first = i * settings.batch;
        return data.batch(Split::Train, first, std::min(settings.batch, samples - first));
    };
    std::vector<std::string_view> ids;
    for (const MeasurementRow& row : measurementRows())
        if ((settings.blockLosses && data.hasLabels()) || row.id != kBlockLosses)
            ids.push_back(row.id);
    return runMeasurements(
        parameters, (samples + settings.batch - 1) / settings.batch, batchAt, ids, progress);
}

} // namespace

std::vector<MeasurementInfo> measurementCatalog()
{
    std::vector<MeasurementInfo> catalog;
    for (const MeasurementRow& row : measurementRows())
        catalog.push_back(
            {.id = row.id, .title = row.title, .formula = row.formula, .paper = row.paper});
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
