// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/plan_difference.h"

#include "core/report/dropped.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

std::string blocksOf(const TransferPlan& plan)
{
    std::vector<std::string> blocks;
    for (const DestinationBlock& block : plan.blocks) {
        std::vector<int> parents;
        for (const SourceTerm& term : block.terms)
            parents.push_back(term.parentBlock);
        blocks.push_back(parents.empty() ? "fresh" : fmt::format("{}", fmt::join(parents, "+")));
    }
    const bool allFresh = std::all_of(blocks.begin(), blocks.end(),
        [](const std::string& block) { return block == "fresh"; });
    return allFresh ? "all fresh" : fmt::format("{}", fmt::join(blocks, " "));
}

struct Moments
{
    double mean = 0;
    double std = 0;
};
Moments momentsOf(const std::vector<float>& values)
{
    double sum = 0;
    double squares = 0;
    for (const float value : values) {
        sum += static_cast<double>(value);
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const auto n = static_cast<double>(std::max<std::size_t>(1, values.size()));
    return {.mean = sum / n, .std = std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)))};
}

} // namespace

PlanDifference planDifference(const TransferPlan& first, const TransferPlan& second)
{
    PlanDifference difference{.firstBlocks = blocksOf(first), .secondBlocks = blocksOf(second)};
    const std::vector<bool> droppedByFirst = droppedResidual(first);
    const std::vector<bool> droppedBySecond = droppedResidual(second);
    for (std::size_t i = 0; i < droppedByFirst.size(); ++i) {
        const bool one = !droppedByFirst[i];
        const bool other = !droppedBySecond[i];
        difference.sharedChannels += one && other ? 1 : 0;
        difference.onlyFirst += one && !other ? 1 : 0;
        difference.onlySecond += other && !one ? 1 : 0;
    }
    return difference;
}

WeightDifference weightDifference(const WeightMatrix& first, const WeightMatrix& second)
{
    const Moments one = momentsOf(first.values);
    const Moments other = momentsOf(second.values);
    WeightDifference difference{.firstStd = one.std,
        .secondStd = other.std,
        .correlation = std::nullopt,
        .equalShare = std::nullopt};
    const std::size_t n = first.values.size();
    if (n == 0 || first.rows != second.rows || first.columns != second.columns)
        return difference;
    double product = 0;
    std::size_t equal = 0;
    for (std::size_t i = 0; i < n; ++i) {
        product += (static_cast<double>(first.values[i]) - one.mean)
            * (static_cast<double>(second.values[i]) - other.mean);
        if (first.values[i] == second.values[i])
            ++equal;
    }
    difference.equalShare = static_cast<double>(equal) / static_cast<double>(n);
    if (one.std > 0 && other.std > 0)
        difference.correlation = product / static_cast<double>(n) / one.std / other.std;
    return difference;
}

} // namespace espalier
