// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace espalier {

/// Places of a forward pass that an observer sees. All are [B, T, channels]; the class token passes
/// class-attention blocks alone (T is 1), and of classes FinalNorm is [B, channels].
enum class Tap
{
    Embedding, ///< the stream that enters the first block that runs; block -1
    AttentionNorm, ///< what attention reads: the norm's output, or the stream (post-norm)
    Context, ///< head contexts, input of the output projection
    AttentionOut, ///< what attention changes in the stream: after it minus before
    AfterAttention, ///< the stream after that, its post-norm included
    MlpNorm, ///< what the MLP reads
    MlpHidden, ///< after the activation (and the gate), input of the down projection
    MlpOut, ///< what the MLP changes
    AfterMlp, ///< the stream that leaves the block
    FinalNorm, ///< after the last norm; block -1
};

/// Called in the order of computation. The tensor belongs to the forward pass: read it, don't write
/// it.
using TapObserver = std::function<void(Tap tap, int block, const at::Tensor& value)>;

} // namespace espalier
