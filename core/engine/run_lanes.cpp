// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/run_lanes.h"

#include "core/report/run_page.h"
#include "core/storage/atomic_file.h"

namespace espalier {

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

Result<std::string> saveRunReport(
    const std::filesystem::path& run, const std::filesystem::path& html)
{
    const auto records = readRun(run);
    if (!records)
        return records.error();
    std::vector<RunLane> lanes;
    for (const LaneRecord& record : *records)
        lanes.push_back(laneOf(record));
    const std::filesystem::path folder = std::filesystem::absolute(run).lexically_normal();
    const std::string name =
        (folder.has_filename() ? folder : folder.parent_path()).filename().string();
    if (const Status written = writeFileAtomically(html, runPage(lanes, name)); !written)
        return written.error();
    return outcomeOf(lanes);
}

} // namespace espalier
