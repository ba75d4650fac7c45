// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace espalier {

/// Legend for tensor names: B sample, T token (class token and patches of images), D residual
/// channel, C image channel, H and W image height and width.
///
/// One batch for either task; tensors that a task lacks are undefined.
struct Batch
{
    at::Tensor inputIds_BT = {}; ///< int64
    at::Tensor attentionMask_BT = {}; ///< int64 or bool, 0 = padding; undefined: nothing is padded
    at::Tensor tokenTypes_BT = {}; ///< int64; undefined: all 0
    at::Tensor pixels_BCHW = {}; ///< floating
    at::Tensor labels = {}; ///< classes: int64 [B]. Tokens: [B, T], -100 = not predicted; undefined
                            ///< (causal models): inputIds_BT itself
};

/// Samples in the batch.
[[nodiscard]] std::int64_t samplesOf(const Batch& batch);
/// The same batch on a device, pixels in a type.
[[nodiscard]] Batch convertedTo(const Batch& batch, at::Device device, at::ScalarType type);

} // namespace espalier
