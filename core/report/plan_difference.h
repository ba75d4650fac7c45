// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"
#include "core/report/weight_report.h"

#include <cstdint>
#include <optional>
#include <string>

namespace espalier {

/// What two plans of one parent keep in common.
struct PlanDifference
{
    std::int64_t sharedChannels = 0; ///< residual channels of the parent that both use
    std::int64_t onlyFirst = 0;
    std::int64_t onlySecond = 0;
    std::string firstBlocks; ///< parent block of each destination block: "0 1 6 7", "0+1 fresh", "all fresh"
    std::string secondBlocks;
};
[[nodiscard]] PlanDifference planDifference(const TransferPlan& first, const TransferPlan& second);

/// Two weights beside each other. Correlation and equal cells need equal sizes.
struct WeightDifference
{
    double firstStd = 0;
    double secondStd = 0;
    std::optional<double> correlation;
    std::optional<double> equalShare; ///< of cells with the same value
};
[[nodiscard]] WeightDifference weightDifference(
    const WeightMatrix& first, const WeightMatrix& second);

} // namespace espalier
