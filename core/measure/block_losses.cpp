// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/block_losses.h"

#include "core/measure/partial_loss.h"

#include <algorithm>
#include <numeric>

namespace espalier {

namespace {

class BlockLosses final : public Probe
{
public:
    explicit BlockLosses(std::int64_t layers)
        : m_blocks(static_cast<std::size_t>(layers))
        , m_removed_L(m_blocks.size(), 0.0)
        , m_duplicated_L(m_removed_L)
    {
        std::iota(m_blocks.begin(), m_blocks.end(), 0);
    }

    void observe(const Observation& seen) override
    {
        if (seen.tap == Tap::Embedding)
            m_streams.clear();
        if (seen.tap == Tap::Embedding || seen.tap == Tap::AfterMlp)
            m_streams.push_back(seen.value_BTC);
    }

    Status endBatch(
        WeightSource& weights, const Batch& batch, const at::Tensor& stream_BTD) override
    {
        const PartialLoss loss(weights, batch);
        std::vector<Branch> branches;
        for (std::size_t block = 0; block < m_blocks.size(); ++block) {
            const std::span<const int> from = std::span(m_blocks).subspan(block);
            branches.push_back({m_streams[block], from.subspan(1)}); // without it
            branches.push_back({m_streams[block + 1], from}); // through it once more
        }
        branches.push_back({stream_BTD, {}});
        m_streams.clear();
        const Result<std::vector<double>> sums = loss.sumsOf(branches);
        if (!sums)
            return sums.error();
        m_predictions += loss.predictions();
        m_base += sums->back();
        for (std::size_t block = 0; block < m_blocks.size(); ++block) {
            m_removed_L[block] += (*sums)[2 * block];
            m_duplicated_L[block] += (*sums)[2 * block + 1];
        }
        return {};
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/,
        const PassTotals& /*totals*/, const Progress& /*progress*/) override
    {
        measurements.baseLoss = m_base / m_predictions;
        for (const double sum : m_removed_L)
            measurements.lossRemoved_L.push_back(sum / m_predictions);
        for (const double sum : m_duplicated_L)
            measurements.lossDuplicated_L.push_back(sum / m_predictions);
        return {};
    }

private:
    std::vector<int> m_blocks;
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

std::int64_t blockLossesBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t /*batches*/)
{
    const std::int64_t kept = (config.shape.layers + 1) * streamBytes;
    return kept + std::min(2 * kept, static_cast<std::int64_t>(kBranchBytes));
}

} // namespace espalier
