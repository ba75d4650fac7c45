// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/batch.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// The stream that enters the first block, [B, T, D]: token, token type and position embeddings, or
/// class token, distillation token and patches plus positions; then the embedding norm. The class
/// token of a model with class-attention blocks joins only there.
[[nodiscard]] at::Tensor embed(const ParameterSet& parameters, const Batch& batch);

} // namespace espalier
