// SPDX-License-Identifier: GPL-3.0-or-later
//
// StackBERT (Gong et al., ICML 2019): doubling by copying the stack on top of itself, here without
// the training that the paper has between doublings (see its schedule for that).

#include "core/methods/grow_depth.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

Status acceptsDoublings(const PlanRequest& request)
{
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t wanted = request.childShape.layers;
    std::int64_t below = n;
    while (below * 2 <= wanted)
        below *= 2;
    if (below == wanted)
        return {};
    return refused(
        describe({fmt::format("layers {}: the stack is doubled, so layers must be 1, 2 or 4 times "
                              "the parent's {}",
                      wanted, n),
            below, std::min(below * 2, 4 * n)}));
}

Result<TransferPlan> planStackbert(const PlanRequest& request)
{
    TransferPlan plan = planFor("stackbert", request);
    addBlocks(plan, stackBlocks(request.parent.shape.layers, request.childShape.layers));
    return plan;
}

} // namespace

Method stackbertMethod()
{
    return {
        .id = "stackbert",
        .title = "StackBERT",
        .summary = "Doubles the depth by copying the stack of blocks on top of itself.",
        .paper = "Gong et al. 2019, Efficient Training of BERT by Progressively Stacking, ICML",
        .formula = "block l + N ← block l, repeatedly",
        .evidence = "Saves 34.1 % of FLOPs from BERT-Small to Base and 23.8 % from DeiT-S to B in "
                    "LiGO's comparison, where LiGO saves 44.7 % and 55.4 %. Neighbouring blocks of "
                    "deep models attend alike, which the upper copies start from.",
        .cost = "",
        .startTitle = "StackBERT",
        .direction = Direction::Grow,
        .reach = {.depth = {.grow = true, .multiples = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planStackbert,
        .accepts = acceptsDoublings,
        .preserves =
            [](const PlanRequest&) {
                return Preservation{false, kRunTwice};
            },
    };
}

} // namespace espalier
