// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/batch.h"
#include "core/forward/open_attention.h"
#include "core/forward/rotary.h"
#include "core/forward/taps.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// Which keys a query may read and by how much both are turned; made once per batch and used by all
/// blocks.
struct AttentionMask
{
    bool causal =
        false; ///< each token reads itself and those before it; kernels know this pattern by heart
    at::Tensor allowed_B1TT =
        {}; ///< bool, only with padding (contains the causal pattern then); undefined otherwise
    at::Tensor windowed_B1TT = {}; ///< the same for windowed blocks, if the window is shorter than
                                   ///< the input (contains all the other patterns)
    Rotation rotation = {};

    /// What the block may read; undefined: everything, or the causal pattern.
    [[nodiscard]] const at::Tensor& allowedIn(const Flavour& flavour, int block) const;
};

/// The same for the tokens at these columns alone (int64, ascending). [K]
[[nodiscard]] AttentionMask maskOfTokens(const AttentionMask& mask, const at::Tensor& columns_K);

/// Padded keys are read by nobody but themselves: a row without any key would be 0 / 0.
[[nodiscard]] AttentionMask attentionMaskOf(const ParameterSet& parameters, const Batch& batch);

/// What a block's heads ask with and answer from: normalised and turned where the flavour does so.
[[nodiscard]] QueryKeyValue queryKeyValueOf(const ParameterSet& parameters, int block,
    const at::Tensor& normed_BTD, const Rotation& rotation);

/// Multi-head attention over the normalised stream, softmax(q kᵀ scale) v, then the output
/// projection. Query head e reads key/value group e * kvHeads / heads. [B, T, D]
[[nodiscard]] at::Tensor attention(const ParameterSet& parameters, int block,
    const at::Tensor& normed_BTD, const AttentionMask& mask, const TapObserver& observer = {});

/// The same of a class-attention block: the first of the tokens asks, all of them answer.
/// [B, 1, D]
[[nodiscard]] at::Tensor classAttention(const ParameterSet& parameters, int block,
    const at::Tensor& normed_BTD, const TapObserver& observer = {});

} // namespace espalier
