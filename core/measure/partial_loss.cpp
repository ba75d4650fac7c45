// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/partial_loss.h"

#include "core/forward/loss.h"

namespace espalier {

PartialLoss::PartialLoss(const ParameterSet& parameters, const Batch& batch)
    : m_parameters(parameters)
    , m_mask(attentionMaskOf(parameters, batch))
    , m_targets_N(targetsOf(parameters.config, batch))
    , m_predictions(static_cast<double>(predictionsIn(m_targets_N)))
{
}

double PartialLoss::sumFrom(const at::Tensor& stream_BTD, std::span<const int> blocks) const
{
    at::Tensor stream = stream_BTD;
    for (const int block : blocks)
        stream = runBlock(block, stream);
    return m_predictions
        * lossFromLogits(runHead(m_parameters, stream), m_targets_N).item<double>();
}

at::Tensor PartialLoss::runBlock(int block, const at::Tensor& stream_BTD) const
{
    return espalier::runBlock(m_parameters, block, stream_BTD, m_mask);
}

} // namespace espalier
