// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/transformer.h"
#include "core/plan/measurements.h"

namespace espalier {

/// One activation on its way through a calibration pass.
struct Observation
{
    Tap tap = Tap::Embedding;
    int block = -1;
    const at::Tensor& value_BTC; ///< as the forward pass has it
    const at::Tensor& rows_NC; ///< the same, one row per token that is not padding
};

/// A measurement under way: sees every activation of every batch, then says what it found out.
/// Called within inference mode.
class Probe
{
public:
    virtual ~Probe() = default;

    virtual void observe(const Observation& observation) = 0;
    /// After each batch; `stream_BTD` left the last block. For what needs more than one look at
    /// activations.
    virtual void endBatch(
        const ParameterSet& parameters, const Batch& batch, const at::Tensor& stream_BTD);
    /// Writes its own fields; `tokens` were seen altogether.
    virtual void finish(Measurements& measurements, std::int64_t tokens) const = 0;
};

} // namespace espalier
