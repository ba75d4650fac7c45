// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/batch.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// The rows of the learned position table that the flavour's rule gives to the tokens: [T, D], or
/// [B, T, D] where they differ between samples. Padding of counting rules gets the last spare row.
[[nodiscard]] at::Tensor positionEmbeddings(const ParameterSet& parameters, const Batch& batch);

} // namespace espalier
