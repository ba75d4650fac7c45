// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/gradient_pass.h"

#include "core/base/progress_within.h"
#include "core/forward/embed.h"
#include "core/forward/loss.h"
#include "core/measure/waiting_streams.h"
#include "core/measure/witness.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <utility>

namespace espalier {

namespace {

/// The same values, in the same storage, as leaves that collect gradients.
template <typename Belongs>
ParameterSet leavesOf(const ParameterSet& parameters, const Belongs& belongs)
{
    ParameterSet leaves{.config = parameters.config};
    for (const auto& [id, tensor] : parameters.tensors)
        if (belongs(id))
            leaves.tensors.emplace(id, tensor.detach());
    requireGradients(leaves);
    return leaves;
}

void endBackward(const std::vector<Probe*>& probes, const Batch& batch)
{
    const at::NoGradGuard noGradients;
    for (Probe* probe : probes)
        probe->endBackward(batch.attentionMask_BT);
}

void showGradients(const std::vector<Probe*>& probes, const ParameterSet& leaves)
{
    const at::NoGradGuard noGradients;
    for (Probe* probe : probes)
        probe->seeGradients(leaves);
}

/// Back from the loss, summed over the batch's predictions; returns how many there are.
std::int64_t backwardFromLoss(const ParameterSet& leaves, const Batch& batch,
    const at::Tensor& stream_BTD, const TapObserver& observer)
{
    const at::Tensor targets_N = targetsOf(leaves.config, batch);
    const std::int64_t predictions = predictionsIn(targets_N);
    const at::Tensor loss = lossFromLogits(runHead(leaves, stream_BTD, observer), targets_N);
    loss.mul(static_cast<double>(predictions)).backward();
    return predictions;
}

/// What the pass over weights that come block by block has under way.
class Journey
{
public:
    Journey(WeightSource& weights, const PassBatches& batches, const std::vector<Probe*>& probes,
        WaitingStreams streams, std::stop_token stop)
        : m_weights(weights)
        , m_batches(batches)
        , m_probes(probes)
        , m_streams(std::move(streams))
        , m_stop(std::move(stop))
        , m_layers(static_cast<int>(weights.config().shape.layers))
        , m_outside(leavesOf(weights.outsideTrunk(),
              [&](ParameterId id) { return !inTrunk(id, weights.config().shape); }))
    {
    }

    Result<PassTotals> run(const Progress& progress)
    {
        if (const Status there = goThere(within(progress, 0, 0.25)); !there)
            return there.error();
        if (const Status turned = turn(); !turned)
            return turned.error();
        if (const Status back = comeBack(within(progress, 0.25, 1)); !back)
            return back.error();
        return m_totals;
    }

private:
    /// Leaves a stream in front of each block. The way there is recorded, too, for nothing: where
    /// it is not, some kernels round otherwise.
    Status goThere(const Progress& progress)
    {
        for (std::int64_t i = 0; i < m_batches.count; ++i) {
            if (m_stop.stop_requested())
                return cancelled();
            m_inputs.push_back(m_batches.at(i));
            m_totals.samples += samplesOf(m_inputs.back());
            const at::Tensor stream_BTD = embed(m_outside, m_inputs.back());
            m_inputs.back().pixels_BCHW = at::Tensor(); // blocks need none, and many are large
            if (const Status kept = m_streams.keep(m_inputs.size() - 1, 0, stream_BTD); !kept)
                return kept;
        }
        for (int block = 0; block < m_layers; ++block) {
            report(progress, block, block);
            const Result<ParameterSet> passed = overBatches(block,
                [&](const ParameterSet& leaves, std::size_t i, const at::Tensor& stream_BTD) {
                    const AttentionMask mask = attentionMaskOf(m_outside, m_inputs[i]);
                    return m_streams.keep(i, block + 1, runBlock(leaves, block, stream_BTD, mask));
                });
            if (!passed)
                return passed.error();
        }
        return {};
    }

    /// What follows the trunk, there and back. From here on a place holds the loss's gradient by
    /// the stream that was there.
    Status turn()
    {
        for (std::size_t i = 0; i < m_inputs.size(); ++i) {
            if (m_stop.stop_requested())
                return cancelled();
            Result<at::Tensor> stream_BTD = m_streams.get(i, m_layers);
            if (!stream_BTD)
                return stream_BTD.error();
            stream_BTD->set_requires_grad(true);
            Witness witness = witnessOf(i);
            m_totals.predictions +=
                backwardFromLoss(m_outside, m_inputs[i], *stream_BTD, witness.observer());
            endBackward(m_probes, m_inputs[i]);
            if (const Status kept = m_streams.keep(i, m_layers, stream_BTD->grad()); !kept)
                return kept;
        }
        return {};
    }

    Status comeBack(const Progress& progress)
    {
        for (int block = m_layers - 1; block >= 0; --block) {
            report(progress, m_layers - 1 - block, block);
            const Result<ParameterSet> passed = overBatches(
                block, [&](const ParameterSet& leaves, std::size_t i, at::Tensor stream_BTD) {
                    return backThrough(leaves, block, i, std::move(stream_BTD));
                });
            if (!passed)
                return passed.error();
            showGradients(m_probes, *passed);
        }
        for (std::size_t i = 0; i < m_inputs.size(); ++i)
            if (const Status back = backThroughEmbedding(i); !back)
                return back;
        showGradients(m_probes, m_outside);
        return {};
    }

    void report(const Progress& progress, int done, int block) const
    {
        progress(static_cast<double>(done) / static_cast<double>(m_layers),
            fmt::format("measuring gradients, block {} of {}", block + 1, m_layers));
    }

    /// All batches past one block, whose leaves are returned.
    template <typename Pass> Result<ParameterSet> overBatches(int block, const Pass& pass)
    {
        const auto parameters = m_weights.block(block);
        if (!parameters)
            return parameters.error();
        ParameterSet leaves =
            leavesOf(**parameters, [block](ParameterId id) { return id.block == block; });
        for (std::size_t i = 0; i < m_inputs.size(); ++i) {
            if (m_stop.stop_requested())
                return cancelled();
            const Result<at::Tensor> stream_BTD = m_streams.get(i, block);
            if (!stream_BTD)
                return stream_BTD.error();
            if (const Status done = pass(leaves, i, *stream_BTD); !done)
                return done.error();
        }
        return leaves;
    }

    Status backThrough(const ParameterSet& leaves, int block, std::size_t i, at::Tensor stream_BTD)
    {
        const Result<at::Tensor> slope_BTD = m_streams.get(i, block + 1);
        if (!slope_BTD)
            return slope_BTD.error();
        stream_BTD.set_requires_grad(true);
        Witness witness = witnessOf(i);
        runBlock(
            leaves, block, stream_BTD, attentionMaskOf(m_outside, m_inputs[i]), witness.observer())
            .backward(*slope_BTD);
        endBackward(m_probes, m_inputs[i]);
        return m_streams.keep(i, block, stream_BTD.grad());
    }

    Status backThroughEmbedding(std::size_t i)
    {
        const Result<at::Tensor> slope_BTD = m_streams.get(i, 0);
        if (!slope_BTD)
            return slope_BTD.error();
        Witness witness = witnessOf(i);
        const bool pixels = !readsTokens(m_outside.config.flavour.task);
        const at::Tensor stream_BTD =
            embed(m_outside, pixels ? m_batches.at(static_cast<std::int64_t>(i)) : m_inputs[i]);
        witness.see(Tap::Embedding, -1, stream_BTD);
        m_totals.tokens += witness.tokens();
        stream_BTD.backward(*slope_BTD);
        endBackward(m_probes, m_inputs[i]);
        return {};
    }

    [[nodiscard]] Witness witnessOf(std::size_t i) const
    {
        return {m_outside.config.shape, m_inputs[i].attentionMask_BT, m_probes};
    }

    WeightSource& m_weights;
    const PassBatches& m_batches;
    const std::vector<Probe*>& m_probes;
    WaitingStreams m_streams;
    std::stop_token m_stop;
    int m_layers;
    ParameterSet m_outside; ///< leaves
    std::vector<Batch> m_inputs; ///< without pixels
    PassTotals m_totals;
};

} // namespace

Result<PassTotals> passGradients(const ParameterSet& parameters, const PassBatches& batches,
    const std::vector<Probe*>& probes, const Progress& progress)
{
    const at::AutoGradMode gradients(true);
    const ParameterSet leaves = leavesOf(parameters, [](ParameterId) { return true; });
    PassTotals totals;
    for (std::int64_t i = 0; i < batches.count; ++i) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(i) / static_cast<double>(batches.count),
            fmt::format("measuring gradients, batch {} of {}", i + 1, batches.count));
        const Batch batch = batches.at(i);
        Witness witness(leaves.config.shape, batch.attentionMask_BT, probes);
        const TapObserver observer = witness.observer();
        totals.predictions += backwardFromLoss(
            leaves, batch, runTrunk(leaves, batch, {.observer = observer}), observer);
        endBackward(probes, batch);
        totals.samples += samplesOf(batch);
        totals.tokens += witness.tokens();
    }
    showGradients(probes, leaves);
    return totals;
}

Result<PassTotals> passGradients(WeightSource& weights, const PassBatches& batches,
    const std::vector<Probe*>& probes, const std::filesystem::path& scratch,
    const Progress& progress)
{
    const at::AutoGradMode gradients(true);
    Result<WaitingStreams> streams =
        WaitingStreams::create(scratch, static_cast<int>(weights.config().shape.layers) + 1);
    if (!streams)
        return streams.error();
    return Journey(weights, batches, probes, *std::move(streams), progress.stop).run(progress);
}

} // namespace espalier
