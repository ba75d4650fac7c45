// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/batch.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// The stream that enters the first block, [B, T, D]: token plus position embeddings (positions 0,
/// 1, 2, … from the first column, padded or not), or class token and patches plus positions.
[[nodiscard]] at::Tensor embed(const ParameterSet& parameters, const Batch& batch);

} // namespace espalier
