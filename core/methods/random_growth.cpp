// SPDX-License-Identifier: GPL-3.0-or-later
//
// G_random of the stacking paper (Du et al. 2024, arXiv 2405.15319): the parent's cells in their
// places among fresh ones, new blocks all fresh. What the other operators must beat.

#include "core/methods/grow_depth.h"
#include "core/methods/grow_fresh.h"
#include "core/methods/grow_width.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

/// The parent's blocks below, fresh ones above.
void addFreshBlocks(TransferPlan& plan)
{
    const ModelShape& parent = plan.parent.shape;
    std::vector<std::int64_t> own = stackBlocks(parent.layers, parent.layers);
    addBlocks(plan, own);
    plan.blocks.insert(plan.blocks.begin() + parent.layers,
        static_cast<std::size_t>(plan.child.shape.layers - parent.layers), DestinationBlock{});
}

bool hasNoise(const TransferPlan& plan, ParameterId id)
{
    const auto rule = plan.rules.find(id);
    return rule != plan.rules.end() && rule->second.noise;
}

void fillNewCells(TransferPlan& plan)
{
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        const FreshInit init = freshInit(plan.child, spec);
        const bool added = spec.id.block >= 0
            && plan.blocks[static_cast<std::size_t>(spec.id.block)].terms.empty();
        if (added)
            plan.rules[spec.id] = {
                .fresh = true, .noise = Noise{.mean = init.mean, .std = init.std}};
        else if (sizesOf(spec, plan.parent.shape) != sizesOf(spec, plan.child.shape)
            && !hasNoise(plan, spec.id))
            plan.rules[spec.id].noise =
                Noise{.mean = init.mean, .std = init.std, .unreachedOnly = true};
    }
}

Result<TransferPlan> planRandomGrowth(const PlanRequest& request)
{
    TransferPlan plan = planFor("random-growth", request);
    addFreshBlocks(plan);
    keepCells(plan);
    keepEmbeddingMagnitude(plan);
    divideTiedHead(plan);
    fillNewCells(plan);
    return plan;
}

} // namespace

Method randomGrowthMethod()
{
    return {
        .id = "random-growth",
        .title = "Random growth (G_random)",
        .summary = "The parent's cells in their places among fresh ones; new blocks are fresh.",
        .paper = "Du et al. 2024, arXiv 2405.15319",
        .formula = "W' = [W, R; R, R],  R ~ N(0, σ²) as the family's code draws it",
        .evidence = "Worse than scratch in the paper: 25.7 % slower in depth, 13.8 % in width. A "
                    "lower bound for the other operators. Behind gates (train --gate-steps, gate= "
                    "of a stage) it is "
                    "masked structural growth (Yao et al. 2023, arXiv 2305.02869), which starts "
                    "from the parent's function: BERT in 32 hours instead of 71.",
        .cost = "",
        .startTitle = "random-grown",
        .direction = Direction::Grow,
        .reach = {.width = {.grow = true}, .depth = {.grow = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planRandomGrowth,
        .accepts = acceptsCopies,
        .preserves =
            [](const PlanRequest&) {
                return Preservation{false, "new cells are random and take part at once"};
            },
    };
}

} // namespace espalier
