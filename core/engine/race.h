// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/session.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace espalier {

/// One competitor: a start and how it is trained.
struct LaneSpec
{
    std::string id; ///< folder name inside the run: letters, digits, - and _
    std::string title;
    std::string parentPath; ///< a model trained as it is, if there is no recipe
    std::optional<Recipe> recipe; ///< how the start is made from its parent
    TrainSettings train;
    friend bool operator==(const LaneSpec&, const LaneSpec&) = default;
};

/// A race: lanes over the same data, interleaved in one thread so that their clocks are comparable.
struct RaceSpec
{
    std::vector<LaneSpec> lanes;
    std::int64_t stepsPerTurn = 10;
    friend bool operator==(const RaceSpec&, const RaceSpec&) = default;
};
[[nodiscard]] Result<RaceSpec> readRaceSpec(std::string_view json, std::string_view where);
[[nodiscard]] std::string writeRaceSpec(const RaceSpec& spec);

/// One training step of one lane. NaN and infinities are reported as they are.
struct TrainPoint
{
    std::int64_t step = 0; ///< 0 is the untrained start (validation only)
    double tokens = 0; ///< seen so far (images for image models)
    double seconds = 0; ///< this lane's own training time so far, evaluations not counted
    double flops = 0; ///< spent so far, Footprint::trainingFlops
    double trainLoss = 0; ///< NaN at step 0
    double learningRate = 0;
    double gradNorm = 0; ///< before clipping
    std::optional<double> validationLoss = std::nullopt;
    std::optional<double> accuracy = std::nullopt;
};

enum class LaneState
{
    Waiting,
    Running,
    Paused,
    Stopped,
    Finished,
    Failed
};
[[nodiscard]] std::string_view nameOf(LaneState state);

struct LaneRecord
{
    LaneSpec spec;
    LaneState state = LaneState::Waiting;
    std::string note; ///< "first non-finite loss at step 120", an error's text
    std::vector<TrainPoint> points;
    std::int64_t parameters = 0;
    std::optional<double> floor; ///< entropy of the data, if known
};

/// Called on the training thread; hand the values over and return.
struct RaceObserver
{
    std::function<void(std::size_t lane, const TrainPoint& point)> point = {};
    std::function<void(std::size_t lane, LaneState state, const std::string& note)> state = {};
};

/// Runs lanes on the calling thread. Everything it does lands in the run folder
/// (core/storage/run_store.h): run.h5 with all points, one checkpoint folder per lane (weights,
/// optimizer moments, data cursor), from which open() continues the same trajectory, bit for bit on
/// the same machine and number of threads.
class Race
{
public:
    /// A new run in a folder that does not exist or is empty.
    [[nodiscard]] static Result<std::unique_ptr<Race>> create(
        const RaceSpec& spec, const std::filesystem::path& folder, const Progress& progress = {});
    /// As create, with starts at hand by lane (the window has them in memory already).
    [[nodiscard]] static Result<std::unique_ptr<Race>> create(const RaceSpec& spec,
        std::vector<Model> starts, const std::filesystem::path& folder,
        const Progress& progress = {});
    /// An interrupted or finished run; lanes continue from their last checkpoints.
    [[nodiscard]] static Result<std::unique_ptr<Race>> open(
        const std::filesystem::path& folder, const Progress& progress = {});

    virtual ~Race() = default;

    [[nodiscard]] virtual std::vector<LaneRecord> lanes() const = 0;
    [[nodiscard]] virtual const std::filesystem::path& folder() const = 0;

    /// Trains until every lane is done or `stop` asks; saves a checkpoint of every lane either way.
    /// Cancelled if stopped. While `pause` is true it waits (and still obeys `stop`), saving first.
    [[nodiscard]] virtual Status run(const RaceObserver& observer, std::stop_token stop,
        const std::atomic<bool>* pause = nullptr) = 0;
};

/// A run's curves without its weights; works while another process appends (HDF5 SWMR).
[[nodiscard]] Result<std::vector<LaneRecord>> readRun(const std::filesystem::path& folder);

/// The weights a lane has reached, for export. `laneFolder` is RUN/LANE.
[[nodiscard]] Result<Model> openLane(const std::filesystem::path& laneFolder);

/// Where a lane's weights come from and what they have seen, up to its checkpoint.
struct LaneOrigin
{
    std::optional<Recipe> recipe; ///< that made its start; none: it started from a model as it is
    std::filesystem::path parent; ///< folder of the model it started from; may be relative
    std::int64_t steps = 0;
    std::string data;
    std::optional<double> validationLoss; ///< the last one up to the checkpoint
    std::vector<GrowthStage> growth; ///< stages that it went through
    double gate = 1; ///< how far its new members are open (core/training/gates.h)
};
[[nodiscard]] Result<LaneOrigin> originOfLane(const std::filesystem::path& laneFolder);

} // namespace espalier
