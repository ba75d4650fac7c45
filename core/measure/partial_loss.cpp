// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/partial_loss.h"

#include "core/forward/loss.h"

#include <algorithm>
#include <optional>

namespace espalier {

namespace {

/// The first block that any of them has to pass.
std::optional<int> nextBlock(const std::vector<Branch>& branches)
{
    std::optional<int> next;
    for (const Branch& branch : branches)
        if (!branch.blocks.empty())
            next = std::min(next.value_or(branch.blocks.front()), branch.blocks.front());
    return next;
}

} // namespace

PartialLoss::PartialLoss(WeightSource& weights, const Batch& batch, std::size_t streamBytes)
    : m_weights(weights)
    , m_streamBytes(streamBytes)
    , m_mask(attentionMaskOf(weights.outsideTrunk(), batch))
    , m_targets_N(targetsOf(weights.config(), batch))
    , m_predictions(static_cast<double>(predictionsIn(m_targets_N)))
{
}

Result<std::vector<double>> PartialLoss::sumsOf(std::span<const Branch> branches) const
{
    std::vector<double> sums;
    for (std::size_t first = 0, count = 0; first < branches.size(); first += count) {
        const std::size_t atATime = m_streamBytes / branches[first].stream_BTD.nbytes();
        count = std::clamp<std::size_t>(atATime, 1, branches.size() - first);
        if (const Status added = addSums(branches.subspan(first, count), sums); !added)
            return added.error();
    }
    return sums;
}

Status PartialLoss::addSums(std::span<const Branch> branches, std::vector<double>& sums) const
{
    std::vector<Branch> underWay(branches.begin(), branches.end());
    while (const std::optional<int> next = nextBlock(underWay)) {
        const auto weights = m_weights.block(*next);
        if (!weights)
            return weights.error();
        for (Branch& branch : underWay) {
            if (branch.blocks.empty() || branch.blocks.front() != *next)
                continue;
            branch.stream_BTD = espalier::runBlock(**weights, *next, branch.stream_BTD, m_mask);
            branch.blocks = branch.blocks.subspan(1);
        }
    }
    for (const Branch& branch : underWay)
        sums.push_back(m_predictions
            * lossFromLogits(runHead(m_weights.outsideTrunk(), branch.stream_BTD), m_targets_N)
                  .item<double>());
    return {};
}

Result<at::Tensor> PartialLoss::runBlock(int block, const at::Tensor& stream_BTD) const
{
    const auto weights = m_weights.block(block);
    if (!weights)
        return weights.error();
    return espalier::runBlock(**weights, block, stream_BTD, m_mask);
}

} // namespace espalier
