// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/run_measurements.h"

#include "core/base/expect.h"
#include "core/base/progress_within.h"
#include "core/forward/trunk_by_block.h"
#include "core/measure/witness.h"
#include "core/tensors/block_cache.h"

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

struct Running
{
    const MeasurementRow* row;
    std::unique_ptr<Probe> probe;
};

std::vector<Running> begin(const ModelConfig& config, const std::vector<std::string_view>& ids)
{
    std::vector<Running> running;
    for (const std::string_view id : ids) {
        const auto rows = measurementRows();
        const auto row =
            std::ranges::find_if(rows, [id](const auto& r) { return r.facts->id == id; });
        ESPALIER_EXPECT(row != rows.end(), "ids come from the catalog");
        running.push_back({&*row, row->begin(config)});
    }
    return running;
}

std::vector<Probe*> probesOf(const std::vector<Running>& running, bool gradients)
{
    std::vector<Probe*> probes;
    for (const Running& one : running)
        if (one.row->facts->needsGradients() == gradients)
            probes.push_back(one.probe.get());
    return probes;
}

/// One batch past probes that need no gradients; returns its tokens.
Result<std::int64_t> watch(
    WeightSource& weights, const Batch& batch, const std::vector<Probe*>& probes)
{
    Witness witness(weights.config().shape, batch.attentionMask_BT, probes);
    const TapObserver observer = witness.observer();
    const Result<at::Tensor> stream_BTD = runTrunk(weights, batch, observer);
    if (!stream_BTD)
        return stream_BTD.error();
    if (weights.config().shape.classLayers > 0)
        (void)runClassBlocks(weights.outsideTrunk(), *stream_BTD, observer);
    for (Probe* probe : probes)
        if (const Status seen = probe->endBatch(weights, batch, *stream_BTD); !seen)
            return seen.error();
    return witness.tokens();
}

Result<PassTotals> passForward(WeightSource& weights, const PassBatches& batches,
    const std::vector<Probe*>& probes, const Progress& progress)
{
    const c10::InferenceMode noGradients;
    PassTotals totals;
    for (std::int64_t i = 0; i < batches.count; ++i) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(i) / static_cast<double>(batches.count),
            fmt::format("measuring batch {} of {}", i + 1, batches.count));
        const Batch batch = batches.at(i);
        const Result<std::int64_t> tokens = watch(weights, batch, probes);
        if (!tokens)
            return tokens.error();
        totals.samples += samplesOf(batch);
        totals.tokens += *tokens;
    }
    return totals;
}

using GradientPass =
    std::function<Result<PassTotals>(const std::vector<Probe*>& probes, const Progress& progress)>;

Result<Measurements> runPasses(WeightSource& weights, const PassBatches& batches,
    const std::vector<std::string_view>& ids, const GradientPass& passGradients,
    const Progress& progress)
{
    const std::vector<Running> running = begin(weights.config(), ids);
    const std::vector<Probe*> gradient = probesOf(running, true);
    const std::vector<Probe*> plain = probesOf(running, false);
    constexpr double kBackAndForth = 0.75; // of three times the work
    const double turn = gradient.empty() ? 0 : plain.empty() ? 1 : kBackAndForth;
    PassTotals totals;
    if (!gradient.empty()) {
        const Result<PassTotals> seen = passGradients(gradient, within(progress, 0, turn));
        if (!seen)
            return seen.error();
        totals = *seen;
    }
    if (!plain.empty() || gradient.empty()) {
        const Result<PassTotals> seen =
            passForward(weights, batches, plain, within(progress, turn, 1));
        if (!seen)
            return seen.error();
        totals.samples = seen->samples;
        totals.tokens = seen->tokens;
    }
    const c10::InferenceMode noGradients;
    Measurements measurements;
    measurements.samples = totals.samples;
    measurements.tokens = totals.tokens;
    for (const Running& one : running)
        if (const Status done = one.probe->finish(measurements, weights, totals, progress); !done)
            return done.error();
    return measurements;
}

} // namespace

Result<Measurements> runMeasurements(const ParameterSet& parameters, const PassBatches& batches,
    const std::vector<std::string_view>& ids, const Progress& progress)
{
    const BlockCacheHold memory;
    WeightsInMemory weights(parameters);
    return runPasses(
        weights, batches, ids,
        [&](const std::vector<Probe*>& probes, const Progress& part) {
            return passGradients(parameters, batches, probes, part);
        },
        progress);
}

Result<Measurements> runMeasurements(WeightSource& weights, const PassBatches& batches,
    const std::vector<std::string_view>& ids, const std::filesystem::path& scratch,
    const Progress& progress)
{
    return runPasses(
        weights, batches, ids,
        [&](const std::vector<Probe*>& probes, const Progress& part) {
            return passGradients(weights, batches, probes, scratch, part);
        },
        progress);
}

} // namespace espalier
