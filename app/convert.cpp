// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/convert.h"

namespace espalier {

ModelSummary summaryOf(const Model& model, std::string weightsHash, InputSummary inputs)
{
    ModelSummary summary;
    summary.name = model.name();
    summary.path = model.path().string();
    summary.config = model.config();
    summary.freshWeights = model.hasFreshWeights();
    summary.weightsHash = std::move(weightsHash);
    summary.inputs = std::move(inputs);
    for (const TensorInfo& tensor : model.tensors())
        summary.tensors.push_back(
            {tensor.name, tensor.parameter, tensor.dtype, tensor.sizes, tensor.bytes, tensor.file});
    return summary;
}

LossSummary summaryOf(const Evaluation& evaluation)
{
    return {evaluation.loss, evaluation.accuracy, evaluation.chance, evaluation.floor,
        evaluation.tokens};
}

WeightMatrix matrixOf(ParameterValues values)
{
    return {values.rows, values.cols, std::move(values.values)};
}

LaneSpec specOf(const RunLane& lane)
{
    return {lane.id, lane.title, {}, lane.recipe, lane.train};
}

} // namespace espalier
