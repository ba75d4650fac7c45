// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model_impl.h"

#include <string>
#include <vector>

namespace espalier {

/// parametersOf() in the order of a ParameterSet.
[[nodiscard]] std::vector<ParameterSpec> parametersInOrder(const ModelConfig& config);

/// SHA-256 of one line per parameter: its name, its sizes and the SHA-256 of its fp32 values in
/// their logical layout. Fusing, transposing, sharding and the type on disk leave it alone. Weights
/// in files are read piece by piece (core/tensors/logical_values.h), a parameter per thread.
/// Errors: those of the files, copies with values of their own, Cancelled.
[[nodiscard]] Result<std::string> hashWeights(
    const Model::Impl& model, const Progress& progress = {});

} // namespace espalier
