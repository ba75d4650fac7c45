// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/guard.h"
#include "core/engine/lane_start.h"
#include "core/engine/model_impl.h"
#include "core/engine/race.h"
#include "core/training/step_variant.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

/// Rows of a lane whose run.h5 is not there yet or was damaged: those up to the checkpoint.
Result<LaneCurve> curveOfCheckpoint(
    const LaneSpec& spec, const std::filesystem::path& laneFolder, const LaneStatus& status)
{
    const Result<TrainingCheckpoint> checkpoint = readCheckpoint(laneFolder / status.checkpoint);
    if (!checkpoint)
        return checkpoint.error();
    return LaneCurve{.id = spec.id,
        .title = spec.title,
        .parameters = elementsOf(checkpoint->parameters),
        .floor = std::nullopt,
        .rows = rowsFrom(checkpoint->rows)};
}

Result<LaneRecord> recordOf(const LaneSpec& spec, const std::filesystem::path& laneFolder,
    const std::vector<LaneCurve>& curves)
{
    const Result<LaneStatus> status = readLaneStatus(laneFolder);
    if (!status)
        return status.error();
    const auto found = std::find_if(
        curves.begin(), curves.end(), [&](const LaneCurve& curve) { return curve.id == spec.id; });
    // Rows count from step 0. Fewer than the checkpoint's: run.h5 has lost some.
    const bool whole = found != curves.end()
        && (status->step == 0 || static_cast<std::int64_t>(found->rows.size()) > status->step);
    const Result<LaneCurve> curve =
        whole ? Result<LaneCurve>(*found) : curveOfCheckpoint(spec, laneFolder, *status);
    if (!curve)
        return curve.error();
    LaneRecord record{.spec = spec,
        .state = laneStateFrom(status->state).value_or(LaneState::Stopped),
        .note = status->note,
        .points = {},
        .parameters = curve->parameters,
        .floor = curve->floor};
    for (const RunRow& row : curve->rows)
        record.points.push_back(pointFrom(row));
    return record;
}

} // namespace

Result<std::vector<LaneRecord>> readRun(const std::filesystem::path& folder)
{
    return guarded([&]() -> Result<std::vector<LaneRecord>> {
        const Result<RaceSpec> spec = readSpecOfRun(folder);
        if (!spec)
            return spec.error();
        const Result<std::vector<LaneCurve>> curves = readRunLog(folder);
        std::vector<LaneRecord> records;
        for (const LaneSpec& lane : spec->lanes) {
            Result<LaneRecord> record =
                recordOf(lane, folder / lane.id, curves ? *curves : std::vector<LaneCurve>{});
            if (!record)
                return record.error();
            records.push_back(*std::move(record));
        }
        return records;
    });
}

Result<Model> openLane(const std::filesystem::path& laneFolder)
{
    return guarded([&]() -> Result<Model> {
        const Result<LaneStatus> status = readLaneStatus(laneFolder);
        if (!status)
            return status.error();
        const Result<Model> model = Model::open(laneFolder / status->checkpoint);
        if (!model)
            return model.error();
        const Result<ParameterSet> parameters = model->impl().parameters();
        if (!parameters)
            return parameters.error();
        return modelInMemory(*parameters, Dtype::F32, laneFolder);
    });
}

Result<LaneOrigin> originOfLane(const std::filesystem::path& laneFolder)
{
    const std::filesystem::path folder =
        laneFolder.has_filename() ? laneFolder : laneFolder.parent_path();
    const Result<LaneStatus> status = readLaneStatus(folder);
    if (!status)
        return status.error();
    const std::filesystem::path run = folder.has_parent_path() ? folder.parent_path() : ".";
    const Result<std::vector<LaneRecord>> records = readRun(run);
    if (!records)
        return records.error();
    const auto record = std::find_if(records->begin(), records->end(),
        [&](const LaneRecord& lane) { return lane.spec.id == folder.filename(); });
    if (record == records->end())
        return refused(fmt::format("{}: is no lane of {}", folder.string(), run.string()));
    LaneOrigin origin{.recipe = record->spec.recipe,
        .parent = record->spec.parentPath,
        .steps = status->step,
        .data = record->spec.train.data.source,
        .validationLoss = std::nullopt,
        .growth = {},
        .gate = gateBehind(record->spec.train, status->step)};
    for (const GrowthStage& stage : record->spec.train.growth)
        if (stage.atStep < status->step)
            origin.growth.push_back(stage);
    if (record->spec.recipe)
        origin.parent = record->spec.recipe->parentPath;
    for (const TrainPoint& point : record->points)
        if (point.validationLoss && point.step <= status->step)
            origin.validationLoss = point.validationLoss;
    return origin;
}

} // namespace espalier
