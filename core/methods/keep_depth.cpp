// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/keep_depth.h"

#include "core/methods/choose.h"
#include "core/methods/read_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace espalier {

namespace {

using Blocks = std::vector<std::int64_t>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The measurement behind a rule; none for those that look at nothing.
std::string_view measurementOf(const DepthRule& rule)
{
    switch (rule.depth) {
    case Depth::LowestChange:
        return "residual-change";
    case Depth::LowestInfluence:
        return "block-influence";
    case Depth::LowestLoss:
        return "block-losses";
    case Depth::LowestScore:
        return rule.metric;
    case Depth::BestRun:
        return "angular-distance";
    case Depth::Greedy:
        return "greedy-removal";
    case Depth::Middle:
    case Depth::First:
    case Depth::Last:
    case Depth::Uniform:
    case Depth::List:
    case Depth::Deepest:
        break;
    }
    return {};
}

Blocks deepestBut(std::int64_t n, std::int64_t kept)
{
    Blocks blocks = firstOf(kept);
    blocks.back() = n - 1;
    return blocks;
}

Blocks withoutRun(std::int64_t n, std::int64_t first, std::int64_t length)
{
    Blocks blocks = firstOf(n - length);
    for (std::int64_t& block : blocks)
        block += block < first ? 0 : length;
    return blocks;
}

Result<Blocks> listed(const PlanRequest& request, const Blocks& list)
{
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t kept = request.childShape.layers;
    if (std::cmp_not_equal(list.size(), kept))
        return refused(
            fmt::format("option blocks: lists {} parent blocks, the destination has {} layers",
                list.size(), kept));
    for (const std::int64_t block : list)
        if (block < 0 || block >= n)
            return refused(fmt::format(
                "option blocks: names block {}, the parent has blocks 0 to {}", block, n - 1));
    return list;
}

/// What each block's heads and units score together.
Result<std::vector<double>> sumsOfScores(const PlanRequest& request, std::string_view metric)
{
    const Result<const ChannelScores*> scores = scoresOf(request, metric);
    if (!scores)
        return scores.error();
    std::vector<double> sums_L(static_cast<std::size_t>(request.parent.shape.layers), 0.0);
    for (const Matrix* place : {&(*scores)->context_LC, &(*scores)->mlp_LM}) {
        if (place->values.empty())
            return notMeasured(fmt::format("scores of heads and MLP units by {}", metric), metric);
        for (std::size_t l = 0; l < sums_L.size(); ++l) {
            const std::vector<double> row = rowOf(*place, static_cast<std::int64_t>(l));
            sums_L[l] += std::accumulate(row.begin(), row.end(), 0.0);
        }
    }
    return sums_L;
}

Result<std::vector<double>> scoresOfBlocks(const PlanRequest& request, const DepthRule& rule)
{
    const Measurements& measured = *request.measurements;
    if (rule.depth == Depth::LowestScore)
        return sumsOfScores(request, rule.metric);
    const std::vector<double>& numbers_L = rule.depth == Depth::LowestChange ? measured.change_L
        : rule.depth == Depth::LowestInfluence ? measured.blockInfluence_L
                                               : measured.lossRemoved_L;
    return blockNumbers(request, numbers_L, measurementOf(rule));
}

Result<Blocks> withoutBestRun(const PlanRequest& request, const DepthRule& rule)
{
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t length = n - request.childShape.layers;
    const Matrix& distance_NL = request.measurements->angularDistance_NL;
    if (distance_NL.values.empty())
        return notMeasured("angular distances", "angular-distance");
    if (distance_NL.rows != n || distance_NL.cols != n
        || std::cmp_not_equal(distance_NL.values.size(), n * n))
        return refused(
            fmt::format("measurements: angular-distance holds {} values, the parent needs {}",
                distance_NL.values.size(), n * n));
    std::int64_t from = rule.protectFirst;
    std::int64_t to = n - length - rule.protectLast;
    if (from > to) {
        from = 0;
        to = n - length;
    }
    std::int64_t best = from;
    double least = kInfinity;
    for (std::int64_t l = from; l <= to; ++l)
        if (const double distance = distance_NL.at(length - 1, l); distance < least) {
            best = l;
            least = distance;
        }
    return withoutRun(n, best, length);
}

/// Without the first blocks of the order in which a greedy search removed them.
Result<Blocks> withoutGreedy(const PlanRequest& request)
{
    const std::int64_t n = request.parent.shape.layers;
    const auto removed = static_cast<std::size_t>(n - request.childShape.layers);
    const Blocks& order = request.measurements->greedyRemoval_L;
    if (order.size() < removed)
        return notMeasured(fmt::format("order in which {} blocks go", removed), "greedy-removal");
    std::vector<bool> stays(static_cast<std::size_t>(n), true);
    for (std::size_t i = 0; i < removed; ++i) {
        const std::int64_t block = order[i];
        if (block < 0 || block >= n || !stays[static_cast<std::size_t>(block)])
            return refused(fmt::format("measurements: greedy-removal takes block {} away, wanted "
                                       "each of 0 to {} at most once",
                block, n - 1));
        stays[static_cast<std::size_t>(block)] = false;
    }
    Blocks kept;
    for (std::int64_t block = 0; block < n; ++block)
        if (stays[static_cast<std::size_t>(block)])
            kept.push_back(block);
    return kept;
}

} // namespace

Blocks keepBlocks(Depth depth, std::int64_t n, std::int64_t kept)
{
    switch (depth) {
    case Depth::Middle:
        return withoutRun(n, (kept + 1) / 2, n - kept);
    case Depth::Last:
        return withoutRun(n, 0, n - kept);
    case Depth::Deepest:
        return deepestBut(n, kept);
    case Depth::Uniform:
        return spread(n, kept);
    default:
        break;
    }
    return firstOf(kept);
}

Blocks keepBlocksByScore(
    const std::vector<double>& scores, std::int64_t kept, const DepthRule& protect)
{
    const auto n = static_cast<std::int64_t>(scores.size());
    std::vector<double> guarded = scores;
    for (std::int64_t block = 0; block < n; ++block) {
        double& score = guarded[static_cast<std::size_t>(block)];
        if (block < protect.protectFirst || block >= n - protect.protectLast || std::isnan(score))
            score = kInfinity;
    }
    return highest(guarded, kept);
}

void addNeeds(MethodNeeds& needs, const DepthRule& rule)
{
    if (const std::string_view measurement = measurementOf(rule); !measurement.empty())
        addNeed(needs, measurement);
}

Result<Blocks> chooseBlocks(const PlanRequest& request, const DepthRule& rule)
{
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t kept = request.childShape.layers;
    if (kept == n)
        return firstOf(n);
    if (rule.depth == Depth::List)
        return listed(request, rule.list);
    if (measurementOf(rule).empty())
        return keepBlocks(rule.depth, n, kept);
    if (rule.depth == Depth::BestRun)
        return withoutBestRun(request, rule);
    if (rule.depth == Depth::Greedy)
        return withoutGreedy(request);
    const Result<std::vector<double>> scores_L = scoresOfBlocks(request, rule);
    if (!scores_L)
        return scores_L.error();
    return keepBlocksByScore(*scores_L, kept, rule);
}

} // namespace espalier
