// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/run_measurements.h"

#include "core/base/expect.h"
#include "core/tensors/block_cache.h"

#include <ATen/ops/index_select.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

using Probes = std::vector<std::unique_ptr<Probe>>;

Probes begin(const ModelConfig& config, const std::vector<std::string_view>& ids)
{
    Probes probes;
    for (const std::string_view id : ids) {
        const auto rows = measurementRows();
        const auto row =
            std::find_if(rows.begin(), rows.end(), [id](const auto& r) { return r.id == id; });
        ESPALIER_EXPECT(row != rows.end(), "ids come from the catalog");
        probes.push_back(row->begin(config));
    }
    return probes;
}

/// Indices of tokens that are not padding, in flattened order; undefined if all count.
at::Tensor countedRows(const Batch& batch)
{
    if (!batch.attentionMask_BT.defined() || batch.attentionMask_BT.ne(0).all().item<bool>())
        return {};
    return batch.attentionMask_BT.flatten().nonzero().flatten();
}

/// Runs one batch past all probes; returns its tokens.
std::int64_t measureBatch(const ParameterSet& parameters, const Batch& batch, const Probes& probes)
{
    const at::Tensor counted = countedRows(batch);
    std::int64_t tokens = 0;
    ForwardOptions options;
    options.observer = [&](Tap tap, int block, const at::Tensor& value_BTC) {
        at::Tensor rows_NC = value_BTC.flatten(0, 1);
        if (counted.defined())
            rows_NC = at::index_select(rows_NC, 0, counted);
        tokens = rows_NC.size(0);
        for (const auto& probe : probes)
            probe->observe(
                {.tap = tap, .block = block, .value_BTC = value_BTC, .rows_NC = rows_NC});
    };
    const at::Tensor stream_BTD = runTrunk(parameters, batch, options);
    for (const auto& probe : probes)
        probe->endBatch(parameters, batch, stream_BTD);
    return tokens;
}

} // namespace

Result<Measurements> runMeasurements(const ParameterSet& parameters, std::int64_t batches,
    const std::function<Batch(std::int64_t)>& batchAt, const std::vector<std::string_view>& ids,
    const Progress& progress)
{
    const c10::InferenceMode noGradients;
    const BlockCacheHold memory;
    const Probes probes = begin(parameters.config, ids);
    Measurements measurements;
    for (std::int64_t i = 0; i < batches; ++i) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(i) / static_cast<double>(batches),
            fmt::format("measuring batch {} of {}", i + 1, batches));
        const Batch batch = batchAt(i);
        measurements.tokens += measureBatch(parameters, batch, probes);
        measurements.samples += samplesOf(batch);
    }
    for (const auto& probe : probes)
        probe->finish(measurements, measurements.tokens);
    return measurements;
}

} // namespace espalier
