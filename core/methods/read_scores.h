// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/methods/method.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace espalier {

// How methods read measurements, which may be of another parent or lack what a method needs.

/// A metric's scores; every place that it scored fits the parent. Refused, naming what to measure,
/// if there are none.
[[nodiscard]] Result<const ChannelScores*> scoresOf(
    const PlanRequest& request, std::string_view metric);

/// One number per block of the trunk, found by this measurement. Refused otherwise.
[[nodiscard]] Result<std::vector<double>> blockNumbers(
    const PlanRequest& request, const std::vector<double>& numbers_L, std::string_view measurement);

/// What to say where a measurement is missing: "measurements: found no …, measure …".
[[nodiscard]] Error notMeasured(std::string_view what, std::string_view measurement);

[[nodiscard]] std::vector<double> rowOf(const Matrix& matrix, std::int64_t row);

/// What a block's head channels or MLP units score, in the trunk or behind it (see blocksOf); empty
/// where the metric did not look at them.
[[nodiscard]] std::vector<double> contextScores(
    const ChannelScores& scores, const ModelShape& parent, std::int64_t block);
[[nodiscard]] std::vector<double> mlpScores(
    const ChannelScores& scores, const ModelShape& parent, std::int64_t block);

/// Whether the loss's gradients are needed for this metric's scores.
[[nodiscard]] bool needsGradients(std::string_view metric);

/// Adds a measurement to what a method needs, once.
void addNeed(MethodNeeds& needs, std::string_view measurement);

} // namespace espalier
