// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/race.h"
#include "core/report/model_summary.h"
#include "core/report/run_report.h"
#include "core/report/weight_report.h"

namespace espalier {

/// The engine's values as those that views draw.
[[nodiscard]] ModelSummary summaryOf(
    const Model& model, std::string weightsHash, InputSummary inputs);
[[nodiscard]] LossSummary summaryOf(const Evaluation& evaluation);
[[nodiscard]] WeightMatrix matrixOf(ParameterValues values);
[[nodiscard]] LaneSpec specOf(const RunLane& lane);

} // namespace espalier
