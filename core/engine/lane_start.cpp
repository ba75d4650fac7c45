// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lane_start.h"

#include "core/engine/check_lane.h"
#include "core/engine/gates_file.h"
#include "core/engine/growth.h"
#include "core/engine/model_impl.h"
#include "core/engine/model_source.h"
#include "core/engine/recipe_chain.h"
#include "core/engine/session.h"
#include "core/engine/spec_files.h"
#include "core/engine/stream_match_file.h"
#include "core/engine/teacher.h"
#include "core/plan/footprint.h"
#include "core/storage/atomic_file.h"
#include "core/storage/atomic_folder.h"
#include "core/storage/room.h"
#include "core/tensors/cuda_loader.h"

#include <fmt/format.h>

#include <map>

namespace espalier {

namespace {

Result<at::Device> deviceOf(const LaneSpec& lane)
{
    if (lane.train.device == "cpu")
        return at::Device(at::kCPU);
    const CudaStatus& cuda = loadCuda();
    if (cuda.available)
        return at::Device(at::kCUDA, 0);
    if (lane.train.device == "cuda")
        return outOfResource(fmt::format("{}: no CUDA device ({})", lane.id, cuda.note));
    return at::Device(at::kCPU);
}

const std::string& parentOf(const LaneSpec& lane)
{
    return lane.recipe ? lane.recipe->parentPath : lane.parentPath;
}

/// Data for the lanes of a race; those that start from one model share them.
class DataShelf
{
public:
    [[nodiscard]] Result<Dataset> open(
        const LaneSpec& lane, const ModelConfig& config, const Progress& progress)
    {
        const Result<std::filesystem::path> folder =
            modelFolder(rootModelOf(parentOf(lane)), progress);
        if (!folder)
            return folder.error();
        ModelData& model = m_models.try_emplace(folder->string(), *folder).first->second;
        Result<Dataset> data = model.open(lane.train.data, config, progress);
        if (data)
            if (const Status labels = data->requireLabels(); !labels)
                return labels.error();
        return data;
    }

private:
    std::map<std::string, ModelData> m_models;
};

/// Every way into a race passes here, so the rules of race.json hold for specs made in memory too.
Status checkSpec(const RaceSpec& spec)
{
    const Result<RaceSpec> read = readRaceSpec(writeRaceSpec(spec), "race");
    if (!read)
        return read.error();
    for (const LaneSpec& lane : spec.lanes)
        if (const Status sane = checkLane(lane); !sane)
            return sane;
    return {};
}

struct Start
{
    ParameterSet parameters;
    std::optional<StreamMatch> match = std::nullopt; ///< if hidden states are to be compared
    std::map<std::int64_t, NewMembers> newMembers = {}; ///< by the step from which gates hold them
};

/// Takes over what the lane's aids must know of the start's plan.
Status takePlan(Start& start, const LaneSpec& lane, const TransferPlan& plan)
{
    const auto take = [&](auto&& found, auto& field) -> Status {
        if (!found)
            return Error{found.error().code, fmt::format("{}: {}", lane.id, found.error().message)};
        field = *std::move(found);
        return {};
    };
    if (comparesHiddenStates(lane))
        if (const Status taken = take(streamMatchOf(plan), start.match); !taken)
            return taken;
    return lane.train.aids.gateSteps > 0 ? take(newMembersOf(plan), start.newMembers[0]) : Status{};
}

Result<Start> started(const Result<Model>& model, const Progress& progress)
{
    if (!model)
        return model.error();
    Result<ParameterSet> parameters = model->impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    return Start{*std::move(parameters)};
}

/// `made`: the start, if it is at hand.
Result<Start> startOf(const LaneSpec& lane, const Model* made, const Progress& progress)
{
    if (!lane.recipe)
        return started(
            made ? *made : openModel(lane.parentPath, progress, lane.train.seed), progress);
    const bool needsPlan = comparesHiddenStates(lane) || lane.train.aids.gateSteps > 0;
    if (made && !needsPlan)
        return started(*made, progress);
    const Result<PlannedRecipe> planned = planRecipe(*lane.recipe, std::nullopt, progress);
    if (!planned)
        return planned.error();
    Result<Start> start =
        started(made ? *made : scaleModel(planned->parent, planned->plan, progress), progress);
    if (start)
        if (const Status taken = takePlan(*start, lane, planned->plan); !taken)
            return taken.error();
    return start;
}

Status writeStart(const LaneSpec& spec, const Start& start, const Dataset& data,
    const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::create_directory(folder, error);
    if (error)
        return outOfResource(
            fmt::format("{}: cannot be made ({})", folder.string(), error.message()));
    if (spec.recipe)
        if (const Status done =
                writeFileAtomically(folder / "recipe.json", writeRecipe(*spec.recipe));
            !done)
            return done;
    if (start.match)
        if (const Status done = writeStreamMatch(*start.match, folder); !done)
            return done;
    for (const auto& [step, members] : start.newMembers)
        if (const Status done = writeNewMembers(members, folder, step); !done)
            return done;
    return Lane(spec, folder, start.parameters, data, at::Device(at::kCPU)).save();
}

/// Of the largest model on the way: weights, gradients and two moments in memory, and gated weights
/// with their gradients; on disk, the checkpoint that counts and the one that is being written,
/// without gradients.
Need needOf(const ModelConfig& grown, bool gates)
{
    const std::int64_t weights = footprintOf(grown, 4).parameters * bytesPerElement(Dtype::F32);
    return {.disk = 2 * 3 * weights, .memory = (gates ? 6 : 4) * weights};
}

/// Of gates that are not open yet at step `step`, where the model has this config.
Result<std::map<std::int64_t, NewMembers>> newMembersFrom(const std::filesystem::path& laneFolder,
    const TrainSettings& settings, std::int64_t step, const ModelConfig& config)
{
    std::map<std::int64_t, NewMembers> byStep;
    const auto read = [&](std::int64_t from, const ModelShape& shape) -> Status {
        Result<NewMembers> members = readNewMembers(laneFolder, from, shape);
        if (!members)
            return members.error();
        byStep.emplace(from, *std::move(members));
        return {};
    };
    if (step < settings.aids.gateSteps)
        if (const Status done = read(0, config.shape); !done)
            return done.error();
    for (const GrowthStage& stage : settings.growth)
        if (step < stage.atStep + stage.gateSteps && stage.gateSteps > 0)
            if (const Status done = read(stage.atStep, resized(config.shape, stage.shape)); !done)
                return done.error();
    return byStep;
}

} // namespace

Status makeRunFolder(const RaceSpec& spec, const std::vector<Model>& starts,
    const std::filesystem::path& folder, const Progress& progress)
{
    if (const Status sane = checkSpec(spec); !sane)
        return sane;
    Result<AtomicFolder> work = AtomicFolder::prepare(folder);
    if (!work)
        return work.error();
    if (const Status done =
            writeFileAtomically(work->workPath() / "race.json", writeRaceSpec(spec));
        !done)
        return done;
    DataShelf shelf;
    Need need; // of all lanes so far: they train in turns and stay in memory
    for (std::size_t i = 0; i < spec.lanes.size(); ++i) {
        const LaneSpec& lane = spec.lanes[i];
        if (const Result<at::Device> device = deviceOf(lane); !device)
            return device.error();
        Result<Start> start = startOf(lane, starts.empty() ? nullptr : &starts[i], progress);
        if (!start)
            return start.error();
        Result<GrownModel> grown = afterGrowth(start->parameters.config, lane.train);
        if (!grown)
            return Error{grown.error().code, fmt::format("{}: {}", lane.id, grown.error().message)};
        start->newMembers.merge(grown->newMembers);
        const Need lanesNeed = needOf(grown->config, !start->newMembers.empty());
        need.disk += lanesNeed.disk;
        need.memory += lanesNeed.memory;
        if (const Status fits = checkRoom(need, roomAt(work->workPath()), folder.string()); !fits)
            return fits;
        const Result<Dataset> data = shelf.open(lane, start->parameters.config, progress);
        if (!data)
            return data.error();
        if (const auto teacher = teacherFor(lane.train, parentOf(lane), start->parameters.config,
                data->sequenceLength(), progress);
            !teacher)
            return teacher.error();
        if (const Status done = writeStart(lane, *start, *data, work->workPath() / lane.id); !done)
            return done;
    }
    return work->commit();
}

Result<RaceSpec> readSpecOfRun(const std::filesystem::path& folder)
{
    return loadRaceSpec(folder / "race.json");
}

Result<std::vector<Lane>> openLanes(
    const RaceSpec& spec, const std::filesystem::path& folder, const Progress& progress)
{
    DataShelf shelf;
    std::vector<Lane> lanes;
    for (const LaneSpec& lane : spec.lanes) {
        const std::filesystem::path laneFolder = folder / lane.id;
        const Result<LaneStatus> status = readLaneStatus(laneFolder);
        if (!status)
            return status.error();
        const Result<TrainingCheckpoint> checkpoint =
            readCheckpoint(laneFolder / status->checkpoint);
        if (!checkpoint)
            return checkpoint.error();
        const Result<Dataset> data = shelf.open(lane, checkpoint->parameters.config, progress);
        if (!data)
            return data.error();
        const Result<at::Device> device = deviceOf(lane);
        if (!device)
            return device.error();
        const Result<std::optional<ParameterSet>> teacher = teacherFor(lane.train, parentOf(lane),
            checkpoint->parameters.config, data->sequenceLength(), progress);
        if (!teacher)
            return teacher.error();
        lanes.emplace_back(lane, laneFolder, *checkpoint, *status, *data, *device);
        Result<std::map<std::int64_t, NewMembers>> members =
            newMembersFrom(laneFolder, lane.train, status->step, checkpoint->parameters.config);
        if (!members)
            return members.error();
        lanes.back().setNewMembers(*std::move(members));
        if (!*teacher)
            continue;
        std::optional<StreamMatch> match;
        if (comparesHiddenStates(lane)) {
            Result<StreamMatch> read = readStreamMatch(
                laneFolder, (*teacher)->config.shape, checkpoint->parameters.config.shape);
            if (!read)
                return read.error();
            match = *std::move(read);
        }
        lanes.back().setTeacher(**teacher, std::move(match));
    }
    return lanes;
}

} // namespace espalier
