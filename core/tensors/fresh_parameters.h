// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/random.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// fp32 values mean + std * normal(i) of the stream `seed`, element i row-major. The same on every
/// machine with the same libm and for any number of threads. std 0: the constant mean.
[[nodiscard]] at::Tensor normalTensor(at::IntArrayRef sizes, double mean, double std, Seed seed);

/// A model with the family's published initialisation (freshInit); every parameter has its own
/// stream, derive(seed, nameOf(id)).
[[nodiscard]] ParameterSet freshParameters(const ModelConfig& config, Seed seed);

} // namespace espalier
