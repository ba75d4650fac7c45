// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/forward/transformer.h"
#include "core/plan/measurements.h"
#include "core/tensors/weight_source.h"

#include <span>

namespace espalier {

/// One activation on its way through a calibration pass. In class-attention blocks, whose numbers
/// follow the trunk's, a sample's only token is its class token.
struct Observation
{
    Tap tap = Tap::Embedding;
    int block = -1;
    const at::Tensor& value_BTC; ///< as the forward pass has it
    const at::Tensor& rows_NC; ///< the same, one row per token that is not padding; no gradients
    std::span<const std::int64_t> tokens_B; ///< rows of each sample, one sample after the other
};

/// What a pass went over.
struct PassTotals
{
    std::int64_t samples = 0;
    std::int64_t tokens = 0;
    std::int64_t predictions = 0; ///< that the loss counts; only of measurements with gradients
};

/// A measurement under way: sees every activation of every batch, then says what it found out.
///
/// It is called within inference mode, unless its catalog row asks for gradients, those of the loss
/// summed (not averaged) over a batch's predictions. Then it sees activations that record them, in
/// pieces of the model: all of it, or, where weights come block by block, what follows the trunk,
/// each block from the last to the first, and the embedding. A piece's gradients are there at
/// endBackward(), and seeGradients() comes in place of endBatch().
class Probe
{
public:
    virtual ~Probe() = default;

    virtual void observe(const Observation& observation);
    /// After a piece's backward pass of a batch: the activations observed since the last one have
    /// their gradients. Padding as in Batch.
    virtual void endBackward(const at::Tensor& attentionMask_BT);
    /// After the last batch: these leaves hold gradients summed over all batches, undefined where
    /// the loss does not depend on one. Each parameter is shown once, in whatever order.
    virtual void seeGradients(const ParameterSet& leaves);

    /// After each batch; `stream_BTD` left the last block. For what needs more than one look at
    /// activations. Errors: those of the weights' files, Cancelled.
    virtual Status endBatch(
        WeightSource& weights, const Batch& batch, const at::Tensor& stream_BTD);
    /// Writes its own fields after the last batch. Errors: those of the files, Cancelled.
    virtual Status finish(Measurements& measurements, WeightSource& weights,
        const PassTotals& totals, const Progress& progress) = 0;
};

} // namespace espalier
