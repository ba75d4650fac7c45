// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"
#include "core/forward/batch.h"
#include "core/tensors/parameter_set.h"

namespace espalier::test {

/// Random weights in which everything matters: matrices of unit gain, norm gains around 1, biases
/// off 0.
[[nodiscard]] ParameterSet toyParameters(const ModelConfig& config, Seed seed = {7});

/// Random token ids or pixels that fit the model, with labels.
[[nodiscard]] Batch toyBatch(const ModelConfig& config, std::int64_t samples, Seed seed = {8});

} // namespace espalier::test
