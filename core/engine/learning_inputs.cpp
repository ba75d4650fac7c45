// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/learning_inputs.h"

#include "core/engine/model_data.h"
#include "core/engine/model_impl.h"
#include "core/forward/activation_bytes.h"
#include "core/plan/footprint.h"
#include "core/storage/room.h"

namespace espalier {

namespace {

/// With what a step keeps for backward.
Status checkMemory(
    const Model& parent, const LearningNeed& need, const Dataset& data, std::string_view what)
{
    const std::int64_t weights = footprintOf(need.config, bytesPerElement(Dtype::F32)).bytes;
    const ActivationBytes batch =
        activationBytes(need.config, batchSizeOf(data, need.config, need.batch));
    return checkRoom({.memory = parent.impl().bytesToLoad() + need.sets * weights
                             + need.config.shape.layers * batch.blockGraph + batch.headGraph},
        roomAt("."), what);
}

} // namespace

Result<LearningInputs> openForLearning(const Model& parent, const DataSpec& spec,
    const LearningNeed& need, std::string_view what, const Progress& progress)
{
    Result<Dataset> data = parent.impl().data->open(spec, parent.config(), progress);
    if (!data)
        return data.error();
    if (const Status labels = data->requireLabels(); !labels)
        return labels.error();
    if (const Status fits = checkMemory(parent, need, *data, what); !fits)
        return fits.error();
    Result<ParameterSet> parameters = parent.impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    return LearningInputs{*std::move(data), *std::move(parameters)};
}

} // namespace espalier
