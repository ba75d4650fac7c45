// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/learning_inputs.h"

#include "core/engine/model_impl.h"
#include "core/plan/footprint.h"
#include "core/storage/room.h"

#include <filesystem>

namespace espalier {

namespace {

/// Weights, their gradients and what a step keeps for backward, about.
Status checkMemory(const ModelConfig& config, std::string_view what)
{
    const std::int64_t weights = footprintOf(config, bytesPerElement(Dtype::F32)).bytes;
    return checkRoom({.disk = 0, .memory = 3 * weights},
        roomAt(std::filesystem::temp_directory_path()), std::string(what));
}

} // namespace

Result<LearningInputs> openForLearning(const Model& parent, const DataSpec& spec,
    const ModelConfig& larger, std::string_view what, const Progress& progress)
{
    if (const Status fits = checkMemory(larger, what); !fits)
        return fits.error();
    Result<Dataset> data = parent.impl().data->open(spec, parent.config(), progress);
    if (!data)
        return data.error();
    if (const Status labels = data->requireLabels(); !labels)
        return labels.error();
    Result<ParameterSet> parameters = parent.impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    return LearningInputs{*std::move(data), *std::move(parameters)};
}

} // namespace espalier
