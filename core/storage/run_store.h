// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What a run folder holds, the same for the window and the command line:
//
//     RUN/race.json                 the race as it was started (core/engine/race.h)
//     RUN/run.h5                    all curves, for anybody who wants to watch
//         /lanes/<lane>/points      float64 [rows, columns], grows while the run goes on (SWMR);
//         one row per step
//                      @columns     names of the columns, separated by blanks (kRunColumns)
//                      @title @parameters @floor
//     RUN/<lane>/recipe.json        how the start was made, if from a recipe
//     RUN/<lane>/streams.json       what hidden states are compared, gates-000000.json: what is
//                                   gated from that step on
//     RUN/<lane>/state.json         state, note and the name of the checkpoint that counts
//     (LaneStatus) RUN/<lane>/step-000200/       that checkpoint: config.json and model.safetensors
//     (fp32), a model folder like any
//                                   other, and optimizer.safetensors: AdamW's moments and the
//                                   lane's rows up to there
//
// A checkpoint is written as a new folder beside the old one; replacing state.json by a rename
// makes it count, and only then the old one is removed. So whatever moment a process dies at, the
// run opens again and has lost what came after its last checkpoint at most. The rows are in both
// places because run.h5 is the one file that is written in place.

#include "core/base/result.h"
#include "core/storage/hdf5_file.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

inline constexpr std::array<std::string_view, 10> kRunColumns = {"step", "tokens", "seconds",
    "flops", "train_loss", "learning_rate", "gradient_norm", "validation_loss", "accuracy",
    "evaluated"};

/// One row of a lane's table. `evaluated`: 0 no validation, 1 validation loss, 2 accuracy too; what
/// is absent is NaN.
struct RunRow
{
    double step = 0;
    double tokens = 0;
    double seconds = 0;
    double flops = 0;
    double trainLoss = 0;
    double learningRate = 0;
    double gradientNorm = 0;
    double validationLoss = 0;
    double accuracy = 0;
    double evaluated = 0;
};
[[nodiscard]] std::vector<double> flatten(const std::vector<RunRow>& rows);
/// The inverse; values.size() is a multiple of the number of columns.
[[nodiscard]] std::vector<RunRow> rowsFrom(const std::vector<double>& values);

/// A lane's part of run.h5.
struct LaneCurve
{
    std::string id;
    std::string title;
    std::int64_t parameters = 0;
    std::optional<double> floor;
    std::vector<RunRow> rows;
};

/// Writes RUN/run.h5.
class RunLog
{
public:
    /// Replaces the file, with the rows that the lanes have already, and shares it with readers.
    [[nodiscard]] static Result<RunLog> create(
        const std::filesystem::path& runFolder, const std::vector<LaneCurve>& lanes);

    /// Remembers a row; it is written with the next flush, which follows by itself when a second
    /// has passed.
    [[nodiscard]] Status append(std::size_t lane, const RunRow& row);
    [[nodiscard]] Status flush();

private:
    RunLog(Hdf5File file, std::vector<std::string> tables);

    Hdf5File m_file;
    std::vector<std::string> m_tables;
    std::vector<std::vector<RunRow>> m_waiting; ///< by lane
    std::int64_t m_flushedAt = 0; ///< milliseconds of the steady clock
};

/// All curves of RUN/run.h5, also while another process appends.
[[nodiscard]] Result<std::vector<LaneCurve>> readRunLog(const std::filesystem::path& runFolder);

/// RUN/<lane>/state.json.
struct LaneStatus
{
    std::string state; ///< as nameOf(LaneState)
    std::string note;
    std::string checkpoint; ///< folder name inside the lane's folder
    std::int64_t step = 0; ///< steps done at the checkpoint
    friend bool operator==(const LaneStatus&, const LaneStatus&) = default;
};
[[nodiscard]] Status writeLaneStatus(
    const std::filesystem::path& laneFolder, const LaneStatus& status);
[[nodiscard]] Result<LaneStatus> readLaneStatus(const std::filesystem::path& laneFolder);

/// Removes checkpoints that no longer count, and whatever an interrupted writer left; failures
/// don't matter.
void removeOldCheckpoints(const std::filesystem::path& laneFolder, const std::string& keep);

} // namespace espalier
