// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/run_measurements.h"

#include "core/base/expect.h"
#include "core/forward/embed.h"
#include "core/forward/loss.h"
#include "core/tensors/block_cache.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/index_select.h>
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

/// Shows activations to probes.
class Witness
{
public:
    Witness(const ModelShape& shape, const Batch& batch, const std::vector<Probe*>& probes)
        : m_layers(shape.layers)
        , m_probes(probes)
    {
        const at::Tensor& mask_BT = batch.attentionMask_BT;
        if (!mask_BT.defined() || mask_BT.ne(0).all().item<bool>())
            return;
        m_counted = mask_BT.ne(0).flatten().nonzero().flatten();
        for (const at::Tensor& mask_T : mask_BT.unbind(0))
            m_tokens_B.push_back(mask_T.ne(0).sum().item<std::int64_t>());
    }

    void see(Tap tap, int block, const at::Tensor& value_BTC)
    {
        if (tap == Tap::FinalNorm)
            return; // not a row per token everywhere, and nobody asks
        at::Tensor rows_NC = value_BTC.detach().flatten(0, 1);
        if (block >= m_layers) {
            const std::vector<std::int64_t> one_B(static_cast<std::size_t>(rows_NC.size(0)), 1);
            return show({tap, block, value_BTC, rows_NC, one_B});
        }
        if (m_counted.defined())
            rows_NC = at::index_select(rows_NC, 0, m_counted);
        else
            m_tokens_B.assign(static_cast<std::size_t>(value_BTC.size(0)), value_BTC.size(1));
        m_tokens = rows_NC.size(0);
        show({tap, block, value_BTC, rows_NC, m_tokens_B});
    }

    [[nodiscard]] std::int64_t tokens() const
    {
        return m_tokens;
    }

private:
    void show(const Observation& observation)
    {
        for (Probe* probe : m_probes)
            probe->observe(observation);
    }

    std::int64_t m_layers;
    const std::vector<Probe*>& m_probes;
    at::Tensor m_counted; ///< indices of tokens that are not padding, flattened; undefined: all
    std::vector<std::int64_t> m_tokens_B;
    std::int64_t m_tokens = 0;
};

/// runTrunk() for weights that come block by block; class-attention blocks are observed, too.
Result<at::Tensor> runBlocks(WeightSource& weights, const Batch& batch, const TapObserver& observer)
{
    const AttentionMask mask = attentionMaskOf(weights.outsideTrunk(), batch);
    at::Tensor stream_BTD = embed(weights.outsideTrunk(), batch);
    observer(Tap::Embedding, -1, stream_BTD);
    for (int block = 0; block < weights.config().shape.layers; ++block) {
        const auto parameters = weights.block(block);
        if (!parameters)
            return parameters.error();
        stream_BTD = runBlock(**parameters, block, stream_BTD, mask, observer);
    }
    if (weights.config().shape.classLayers > 0)
        (void)runClassBlocks(weights.outsideTrunk(), stream_BTD, observer);
    return stream_BTD;
}

/// One batch past probes that need no gradients; returns its tokens.
Result<std::int64_t> watch(
    WeightSource& weights, const Batch& batch, const std::vector<Probe*>& probes)
{
    const c10::InferenceMode noGradients;
    Witness witness(weights.config().shape, batch, probes);
    const Result<at::Tensor> stream_BTD = runBlocks(weights, batch,
        [&](Tap tap, int block, const at::Tensor& value) { witness.see(tap, block, value); });
    if (!stream_BTD)
        return stream_BTD.error();
    for (Probe* probe : probes)
        if (const Status seen = probe->endBatch(weights, batch, *stream_BTD); !seen)
            return seen.error();
    return witness.tokens();
}

/// One batch there and back past probes that need gradients.
Result<PassTotals> watchGradients(
    const ParameterSet& leaves, const Batch& batch, const std::vector<Probe*>& probes)
{
    const at::AutoGradMode gradients(true);
    Witness witness(leaves.config.shape, batch, probes);
    const TapObserver observer = [&](Tap tap, int block, const at::Tensor& value) {
        witness.see(tap, block, value);
    };
    const at::Tensor stream_BTD = runTrunk(leaves, batch, {.observer = observer});
    const at::Tensor targets_N = targetsOf(leaves.config, batch);
    const std::int64_t predictions = predictionsIn(targets_N);
    const at::Tensor loss = lossFromLogits(runHead(leaves, stream_BTD, observer), targets_N);
    loss.mul(static_cast<double>(predictions)).backward();
    const at::NoGradGuard noGradients;
    WeightsInMemory weights(leaves);
    for (Probe* probe : probes)
        if (const Status seen = probe->endBatch(weights, batch, stream_BTD); !seen)
            return seen.error();
    return PassTotals{.tokens = witness.tokens(), .predictions = predictions};
}

/// The same values, in the same storage, as leaves that collect gradients.
ParameterSet leavesOf(const ParameterSet& parameters)
{
    ParameterSet leaves{.config = parameters.config};
    for (const auto& [id, tensor] : parameters.tensors)
        leaves.tensors.emplace(id, tensor.detach());
    requireGradients(leaves);
    return leaves;
}

/// A pass under way.
class Pass
{
public:
    /// `all`: all weights, if a measurement needs gradients.
    Pass(WeightSource& weights, const ParameterSet* all, const std::vector<std::string_view>& ids)
        : m_weights(weights)
        , m_running(begin(weights.config(), ids))
        , m_plain(probesOf(m_running, false))
        , m_gradient(probesOf(m_running, true))
    {
        ESPALIER_EXPECT(all || m_gradient.empty(), "gradients need all weights in memory");
        if (!m_gradient.empty())
            m_leaves = leavesOf(*all);
    }

    Status run(const Batch& batch)
    {
        m_totals.samples += samplesOf(batch);
        std::int64_t tokens = 0;
        if (!m_gradient.empty()) {
            const Result<PassTotals> seen = watchGradients(m_leaves, batch, m_gradient);
            if (!seen)
                return seen.error();
            tokens = seen->tokens;
            m_totals.predictions += seen->predictions;
        }
        if (!m_plain.empty() || m_gradient.empty()) {
            const Result<std::int64_t> seen = watch(m_weights, batch, m_plain);
            if (!seen)
                return seen.error();
            tokens = *seen;
        }
        m_totals.tokens += tokens;
        return {};
    }

    Result<Measurements> finish(const Progress& progress)
    {
        const c10::InferenceMode noGradients;
        Measurements measurements;
        measurements.samples = m_totals.samples;
        measurements.tokens = m_totals.tokens;
        WeightsInMemory leaves(m_leaves);
        for (const Running& one : m_running) {
            WeightSource& weights = one.row->facts->needsGradients() ? leaves : m_weights;
            if (const Status done = one.probe->finish(measurements, weights, m_totals, progress);
                !done)
                return done.error();
        }
        return measurements;
    }

private:
    WeightSource& m_weights;
    ParameterSet m_leaves;
    std::vector<Running> m_running;
    std::vector<Probe*> m_plain;
    std::vector<Probe*> m_gradient;
    PassTotals m_totals;
};

Result<Measurements> runPass(Pass pass, std::int64_t batches,
    const std::function<Batch(std::int64_t)>& batchAt, const Progress& progress)
{
    for (std::int64_t i = 0; i < batches; ++i) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(i) / static_cast<double>(batches),
            fmt::format("measuring batch {} of {}", i + 1, batches));
        if (const Status seen = pass.run(batchAt(i)); !seen)
            return seen.error();
    }
    return pass.finish(progress);
}

} // namespace

Result<Measurements> runMeasurements(const ParameterSet& parameters, std::int64_t batches,
    const std::function<Batch(std::int64_t)>& batchAt, const std::vector<std::string_view>& ids,
    const Progress& progress)
{
    const BlockCacheHold memory;
    WeightsInMemory weights(parameters);
    return runPass(Pass(weights, &parameters, ids), batches, batchAt, progress);
}

Result<Measurements> runMeasurements(WeightSource& weights, std::int64_t batches,
    const std::function<Batch(std::int64_t)>& batchAt, const std::vector<std::string_view>& ids,
    const Progress& progress)
{
    return runPass(Pass(weights, nullptr, ids), batches, batchAt, progress);
}

} // namespace espalier
