// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/transformer.h"

#include <span>

namespace espalier {

/// The loss of one batch from some stream on: what leaving blocks out or running them twice needs,
/// as the stream in front of the change is the unchanged model's.
class PartialLoss
{
public:
    PartialLoss(const ParameterSet& parameters, const Batch& batch);

    /// Nats summed over the batch's predictions, when these blocks and the head see the stream.
    [[nodiscard]] double sumFrom(const at::Tensor& stream_BTD, std::span<const int> blocks) const;
    [[nodiscard]] at::Tensor runBlock(int block, const at::Tensor& stream_BTD) const;
    [[nodiscard]] double predictions() const
    {
        return m_predictions;
    }

private:
    const ParameterSet& m_parameters;
    AttentionMask m_mask;
    at::Tensor m_targets_N;
    double m_predictions = 0;
};

} // namespace espalier
