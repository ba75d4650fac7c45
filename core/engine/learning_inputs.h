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

/// A step's memory beside the parent's weights.
struct LearningNeed
{
    const ModelConfig& config; ///< the model that runs
    std::int64_t sets = 0; ///< of its weights: themselves, gradients, what they are made of
    std::int64_t batch = 0; ///< samples
};

/// Errors: data that cannot be opened or have nothing to predict, damaged weights: Refused; memory:
/// Resource, naming `what`, before weights are read; Cancelled.
[[nodiscard]] Result<LearningInputs> openForLearning(const Model& parent, const DataSpec& data,
    const LearningNeed& need, std::string_view what, const Progress& progress);

} // namespace espalier
