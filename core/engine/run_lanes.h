// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/race.h"
#include "core/report/run_report.h"

#include <filesystem>
#include <string>

namespace espalier {

/// A race's records as the values that views and reports draw.
[[nodiscard]] LanePoint pointOf(const TrainPoint& point);
[[nodiscard]] LaneProgress progressOf(LaneState state);
[[nodiscard]] RunLane laneOf(const LaneRecord& record);

/// Writes a run's report (core/report/run_page.h) and returns its outcome in one sentence. The run
/// may still be going on. Errors: as readRun; Resource if the file cannot be written.
[[nodiscard]] Result<std::string> saveRunReport(
    const std::filesystem::path& run, const std::filesystem::path& html);

} // namespace espalier
