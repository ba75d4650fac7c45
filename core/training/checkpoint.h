// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tensors/parameter_set.h"
#include "core/training/learner.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <vector>

namespace espalier {

/// Everything that a lane needs to go on; the place in the data is the step number.
struct TrainingCheckpoint
{
    ParameterSet parameters;
    std::map<ParameterId, at::Tensor> firstMoments;
    std::map<ParameterId, at::Tensor> secondMoments;
    std::int64_t steps = 0;
    std::vector<double> rows; ///< flattened RunRows
};

/// Writes config.json, model.safetensors (fp32) and optimizer.safetensors into a folder that
/// exists. Values that lie on another device are brought over. Errors: Resource.
[[nodiscard]] Status writeCheckpoint(
    const std::filesystem::path& folder, const Learner& learner, std::span<const double> rows);

/// Reads it back, bit for bit. Errors: Refused, naming file and tensor.
[[nodiscard]] Result<TrainingCheckpoint> readCheckpoint(const std::filesystem::path& folder);

} // namespace espalier
