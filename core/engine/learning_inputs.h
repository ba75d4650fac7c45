// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/engine/model.h"
#include "core/recipe/recipe.h"
#include "core/tensors/parameter_set.h"

#include <string_view>

namespace espalier {

/// What starts that learn before they are used learn with.
struct LearningInputs
{
    Dataset data; ///< with something to predict
    ParameterSet parent;
};

/// `larger`: the model whose weights, gradients and kept values must fit into memory. Errors: data
/// that cannot be opened or have nothing to predict, damaged weights: Refused; memory: Resource,
/// naming `what`; Cancelled.
[[nodiscard]] Result<LearningInputs> openForLearning(const Model& parent, const DataSpec& data,
    const ModelConfig& larger, std::string_view what, const Progress& progress);

} // namespace espalier
