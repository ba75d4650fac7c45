// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/engine/race.h"
#include "core/storage/run_store.h"
#include "core/training/checkpoint.h"
#include "core/training/learner.h"

#include <filesystem>
#include <optional>

namespace espalier {

[[nodiscard]] TrainPoint pointFrom(const RunRow& row);
[[nodiscard]] RunRow rowFrom(const TrainPoint& point);
/// Nothing for a word that is no state.
[[nodiscard]] std::optional<LaneState> laneStateFrom(std::string_view name);

/// A lane at work: its weights, its data and its folder. Functions that compute may throw what
/// LibTorch throws.
class Lane
{
public:
    /// `device` holds the working copy of `start`.
    Lane(LaneSpec spec, std::filesystem::path folder, const ParameterSet& start, Dataset data,
        at::Device device);
    /// Stands where the checkpoint stands.
    Lane(LaneSpec spec, std::filesystem::path folder, const TrainingCheckpoint& checkpoint,
        const LaneStatus& status, Dataset data, at::Device device);

    [[nodiscard]] const LaneRecord& record() const
    {
        return m_record;
    }
    [[nodiscard]] bool isDone() const;

    /// Before the first step of a lane whose training listens to a teacher.
    void setTeacher(const ParameterSet& teacher, std::optional<StreamMatch> match);
    /// Before the first step of a lane whose training has gates: what they hold, by the step from
    /// which they do.
    void setNewMembers(std::map<std::int64_t, NewMembers> byStep);

    /// What one step came to. Not finite: the weights are as they were.
    struct Advance
    {
        TrainPoint point;
        std::string failure; ///< empty if the lane can go on
    };
    /// The untrained start's validation loss (the first time), else one training step. Leaves the
    /// record alone, so that it may be read meanwhile.
    [[nodiscard]] Advance advance();
    /// Takes the step into the record; the lane is Finished with the last, Failed with a failure.
    void accept(const Advance& advance);
    void setState(LaneState state, std::string note = {});

    [[nodiscard]] bool autosaveIsDue() const;
    /// Makes a checkpoint of this moment count (see run_store.h); cheap if there is one already.
    [[nodiscard]] Status save();

private:
    [[nodiscard]] std::int64_t stepsDone() const;
    [[nodiscard]] bool evaluationIsDue(std::int64_t step) const;
    void evaluate(TrainPoint& point) const;
    void growIfDue(std::int64_t step);
    [[nodiscard]] Advance trainOnce(const TrainPoint& before);

    std::filesystem::path m_folder;
    Dataset m_data;
    Learner m_learner;
    LaneRecord m_record;
    std::map<std::int64_t, NewMembers> m_newMembers; ///< as set
    double m_teacherFlopsPerToken = 0;
    std::int64_t m_savedStep = -1; ///< of the checkpoint that counts; -1: none yet
    std::string m_checkpoint;
};

} // namespace espalier
