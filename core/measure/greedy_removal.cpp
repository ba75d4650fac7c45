// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/greedy_removal.h"

#include "core/measure/partial_loss.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace espalier {

namespace {

class GreedyRemoval final : public Probe
{
public:
    explicit GreedyRemoval(std::int64_t layers)
        : m_left(static_cast<std::size_t>(layers))
    {
        std::iota(m_left.begin(), m_left.end(), 0);
    }

    void observe(const Observation& seen) override
    {
        if (seen.tap == Tap::Embedding)
            m_embedding_BTD.push_back(seen.value_BTC);
    }

    Status endBatch(
        WeightSource& /*weights*/, const Batch& batch, const at::Tensor& /*stream_BTD*/) override
    {
        m_batches.push_back(batch);
        return {};
    }

    Status finish(Measurements& measurements, WeightSource& weights, const PassTotals& /*totals*/,
        const Progress& progress) override
    {
        const std::size_t layers = m_left.size();
        while (!m_left.empty()) {
            progress(static_cast<double>(layers - m_left.size()) / static_cast<double>(layers),
                fmt::format("removing block {} of {}", layers - m_left.size() + 1, layers));
            std::vector<double> sums(m_left.size(), 0.0);
            double predictions = 0;
            for (std::size_t i = 0; i < m_batches.size(); ++i) {
                if (progress.stopRequested())
                    return cancelled();
                const PartialLoss loss(weights, m_batches[i]);
                predictions += loss.predictions();
                if (const Status added = addLossesWithoutEach(loss, m_embedding_BTD[i], sums);
                    !added)
                    return added;
            }
            const auto least = std::min_element(sums.begin(), sums.end());
            const auto gone = m_left.begin() + (least - sums.begin());
            measurements.greedyRemoval_L.push_back(*gone);
            measurements.greedyLoss_L.push_back(*least / predictions);
            m_left.erase(gone);
        }
        return {};
    }

private:
    Status addLossesWithoutEach(
        const PartialLoss& loss, at::Tensor stream_BTD, std::vector<double>& sums) const
    {
        std::vector<Branch> branches;
        for (std::size_t i = 0; i < m_left.size(); ++i) {
            branches.push_back({stream_BTD, std::span(m_left).subspan(i + 1)});
            if (i + 1 == m_left.size())
                break; // nobody reads what the last one would leave
            Result<at::Tensor> left = loss.runBlock(m_left[i], stream_BTD);
            if (!left)
                return left.error();
            stream_BTD = *std::move(left);
        }
        const Result<std::vector<double>> without = loss.sumsOf(branches);
        if (!without)
            return without.error();
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += (*without)[i];
        return {};
    }

    std::vector<int> m_left;
    std::vector<Batch> m_batches;
    std::vector<at::Tensor> m_embedding_BTD;
};

} // namespace

std::unique_ptr<Probe> beginGreedyRemoval(const ModelConfig& config)
{
    return std::make_unique<GreedyRemoval>(config.shape.layers);
}

std::int64_t greedyRemovalBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t batches)
{
    const std::int64_t ofOne = config.shape.layers * streamBytes;
    return batches * streamBytes + ofOne + std::min(ofOne, static_cast<std::int64_t>(kBranchBytes));
}

} // namespace espalier
