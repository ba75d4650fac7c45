// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/transformer.h"
#include "core/tensors/weight_source.h"

#include <span>
#include <vector>

namespace espalier {

/// Streams that branches hold at a time, about.
inline constexpr std::size_t kBranchBytes = std::size_t{1} << 30;

/// A stream, and the blocks that it still has to pass, in ascending order.
struct Branch
{
    at::Tensor stream_BTD;
    std::span<const int> blocks;
};

/// The loss of one batch from some stream on: what leaving blocks out or running them twice needs,
/// as the stream in front of the change is the unchanged model's.
class PartialLoss
{
public:
    /// Branches pass a block together, as many of them as `streamBytes` allow, so that weights that
    /// lie in files are read once for all of those.
    PartialLoss(WeightSource& weights, const Batch& batch, std::size_t streamBytes = kBranchBytes);

    /// Nats summed over the batch's predictions, of each branch whose stream has passed its blocks
    /// and the head. Errors: those of the files, Cancelled.
    [[nodiscard]] Result<std::vector<double>> sumsOf(std::span<const Branch> branches) const;
    [[nodiscard]] Result<at::Tensor> runBlock(int block, const at::Tensor& stream_BTD) const;
    [[nodiscard]] double predictions() const
    {
        return m_predictions;
    }

private:
    [[nodiscard]] Status addSums(std::span<const Branch> branches, std::vector<double>& sums) const;

    WeightSource& m_weights;
    std::size_t m_streamBytes;
    AttentionMask m_mask;
    at::Tensor m_targets_N;
    double m_predictions = 0;
};

} // namespace espalier
