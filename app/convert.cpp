// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/convert.h"

namespace espalier {

ModelSummary summaryOf(const Model& model, std::string weightsHash)
{
    ModelSummary summary;
    summary.name = model.name();
    summary.path = model.path().string();
    summary.config = model.config();
    summary.freshWeights = model.hasFreshWeights();
    summary.weightsHash = std::move(weightsHash);
    for (const TensorInfo& tensor : model.tensors())
        summary.tensors.push_back(
            {tensor.name, tensor.parameter, tensor.dtype, tensor.sizes, tensor.bytes});
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

LanePoint pointOf(const TrainPoint& point)
{
    return {static_cast<double>(point.step), point.tokens, point.seconds, point.flops,
        point.trainLoss, point.validationLoss};
}

LaneProgress progressOf(LaneState state)
{
    switch (state) {
    case LaneState::Waiting:
        return LaneProgress::Waiting;
    case LaneState::Running:
        return LaneProgress::Running;
    case LaneState::Paused:
        return LaneProgress::Paused;
    case LaneState::Stopped:
        return LaneProgress::Stopped;
    case LaneState::Finished:
        return LaneProgress::Finished;
    case LaneState::Failed:
        return LaneProgress::Failed;
    }
    return LaneProgress::Failed;
}

RunLane laneOf(const LaneRecord& record)
{
    RunLane lane;
    lane.id = record.spec.id;
    lane.title = record.spec.title;
    if (record.spec.recipe)
        lane.recipe = *record.spec.recipe;
    lane.train = record.spec.train;
    lane.progress = progressOf(record.state);
    lane.note = record.note;
    lane.parameters = record.parameters;
    lane.floor = record.floor;
    for (const TrainPoint& point : record.points)
        lane.points.push_back(pointOf(point));
    return lane;
}

LaneSpec specOf(const RunLane& lane)
{
    return {lane.id, lane.title, {}, lane.recipe, lane.train};
}

} // namespace espalier
