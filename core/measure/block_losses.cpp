// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/block_losses.h"

#include "core/forward/loss.h"

namespace espalier {

namespace {

class BlockLosses final : public Probe
{
public:
    explicit BlockLosses(std::int64_t layers)
        : m_removed_L(static_cast<std::size_t>(layers), 0.0)
        , m_duplicated_L(m_removed_L)
    {
    }

    void observe(const Observation& seen) override
    {
        if (seen.tap == Tap::Embedding)
            m_streams.clear();
        if (seen.tap == Tap::Embedding || seen.tap == Tap::AfterMlp)
            m_streams.push_back(seen.value_BTC);
    }

    void endBatch(
        const ParameterSet& parameters, const Batch& batch, const at::Tensor& stream_BTD) override
    {
        const at::Tensor targets_N = targetsOf(parameters.config, batch);
        const auto predictions = static_cast<double>(predictionsIn(targets_N));
        const AttentionMask mask = attentionMaskOf(parameters, batch);
        const auto layers = static_cast<int>(m_removed_L.size());
        const auto lossFrom = [&](at::Tensor stream, int block) {
            for (; block < layers; ++block)
                stream = runBlock(parameters, block, stream, mask);
            return predictions
                * lossFromLogits(runHead(parameters, stream), targets_N).item<double>();
        };
        m_predictions += predictions;
        m_base += lossFrom(stream_BTD, layers);
        for (int block = 0; block < layers; ++block) {
            const auto at = static_cast<std::size_t>(block);
            m_removed_L[at] += lossFrom(m_streams[at], block + 1);
            m_duplicated_L[at] += lossFrom(m_streams[at + 1], block);
        }
        m_streams.clear();
    }

    void finish(Measurements& measurements, std::int64_t /*tokens*/) const override
    {
        measurements.baseLoss = m_base / m_predictions;
        for (const double sum : m_removed_L)
            measurements.lossRemoved_L.push_back(sum / m_predictions);
        for (const double sum : m_duplicated_L)
            measurements.lossDuplicated_L.push_back(sum / m_predictions);
    }

private:
    std::vector<at::Tensor> m_streams; ///< entering block 0, 1, …, leaving the last
    double m_predictions = 0;
    double m_base = 0;
    std::vector<double> m_removed_L;
    std::vector<double> m_duplicated_L;
};

} // namespace

std::unique_ptr<Probe> beginBlockLosses(const ModelConfig& config)
{
    return std::make_unique<BlockLosses>(config.shape.layers);
}

} // namespace espalier
