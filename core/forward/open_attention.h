// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensors/parameter_set.h"

namespace espalier {

/// Legend: H query heads, K key/value heads, h channels of a head.
struct QueryKeyValue
{
    at::Tensor query_BHTh;
    at::Tensor key_BKTh;
    at::Tensor value_BKTh;
};

/// Attention whose scores are seen on the way: soft caps (Gemma 2) and talking heads (Shazeer et
/// al. 2020, arXiv 2003.02436). `allowed_B1TT` undefined: everything, or what the causal pattern
/// allows. Result: head contexts, [B, H, T, h].
[[nodiscard]] at::Tensor openAttention(const ParameterSet& parameters, int block,
    const QueryKeyValue& qkv, const at::Tensor& allowed_B1TT, bool causal);

} // namespace espalier
