// SPDX-License-Identifier: GPL-3.0-or-later
//
// Depth up-scaling of SOLAR (Kim et al. 2023, arXiv 2312.15166): two copies of the stack, the lower
// one without its last k blocks, the upper one without its first k, so that the seam is short.

#include "core/methods/grow_depth.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

Status acceptsSolar(const PlanRequest& request)
{
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t wanted = request.childShape.layers;
    if (wanted == n || (wanted % 2 == 0 && wanted <= 2 * n))
        return {};
    const std::int64_t below = std::max(n, std::min(wanted / 2 * 2, 2 * n));
    return refused(
        describe({fmt::format("layers {}: two copies of the parent's {} blocks lose k blocks each, "
                              "so layers must be even and at most {}",
                      wanted, n, 2 * n),
            below, std::min(wanted / 2 * 2 + 2, 2 * n)}));
}

Result<TransferPlan> planSolar(const PlanRequest& request)
{
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t wanted = request.childShape.layers;
    const std::int64_t lower = wanted == n ? n : wanted / 2; // N - k
    std::vector<std::int64_t> sources;
    for (std::int64_t j = 0; j < wanted; ++j)
        sources.push_back(j < lower ? j : j - (wanted - n));
    TransferPlan plan = planFor("solar", request);
    addBlocks(plan, sources);
    return plan;
}

} // namespace

Method solarMethod()
{
    return {
        .id = "solar",
        .title = "SOLAR depth up-scaling",
        .summary = "Two copies of the stack, without the last and the first k blocks where they "
                   "meet.",
        .paper = "Kim et al. 2023, arXiv 2312.15166",
        .formula = "N′ = 2 (N − k);  block j ← block j for j < N − k, else block j − (N′ − N)",
        .evidence = "SOLAR 10.7B from 32 to 48 blocks (k = 8), trained on afterwards, led models "
                    "of its size. Leaving out the ends keeps the seam between two blocks that are "
                    "k apart, not N.",
        .cost = "",
        .startTitle = "up-scaled",
        .direction = Direction::Grow,
        .reach = {.depth = {.grow = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planSolar,
        .accepts = acceptsSolar,
        .preserves =
            [](const PlanRequest&) {
                return Preservation{false, kRunTwice};
            },
    };
}

} // namespace espalier
