// SPDX-License-Identifier: GPL-3.0-or-later
//
// G_stack (Du et al. 2024, arXiv 2405.15319): the whole model on top of itself, in one step, and
// the ablation that adds noise to the stacked weights (its section on function preservation).

#include "core/methods/grow_depth.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

namespace espalier {

namespace {

/// W' = (1 - share) W + share e, e being noise of W's own root mean square.
void addNoise(TransferPlan& plan, double share)
{
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (spec.kind == ParameterKind::Matrix && spec.id.block >= 0)
            plan.rules[spec.id] = {
                .scale = 1 - share, .noise = Noise{.std = share / (1 - share), .relative = true}};
}

Result<TransferPlan> planGstack(const PlanRequest& request)
{
    TransferPlan plan = planFor("gstack", request);
    addBlocks(plan, stackBlocks(request.parent.shape.layers, request.childShape.layers));
    if (const double share = std::get<double>(request.options.at("noise")); share > 0)
        addNoise(plan, share);
    return plan;
}

} // namespace

Method gstackMethod()
{
    return {
        .id = "gstack",
        .title = "G_stack",
        .summary = "Stacks the whole model on top of itself, once, to any depth.",
        .paper = "Du et al. 2024, arXiv 2405.15319",
        .formula = "block j ← block j mod N;  with noise s: W' = (1 − s) W + s ε, rms ε = rms W",
        .evidence = "The best of eight growth operators in the paper (400M to 1.1B): 49.1 % faster "
                    "than scratch, 54.6 % at 7B; factors 2 to 4 are best, a one-block parent "
                    "fails. It starts with a loss spike. Noise of 0.2 helps a little, more hurts. "
                    "One step beats gradual doubling, whole stacks beat interpolation.",
        .cost = "",
        .startTitle = "stacked",
        .direction = Direction::Grow,
        .reach = {.depth = {.grow = true}},
        .options = {{.key = "noise",
            .title = "Noise share",
            .help = "Replaces this share of every block's matrices by noise of their own spread "
                    "(the paper's ablation; 0.2 is its best).",
            .defaultValue = 0.0,
            .minimum = 0,
            .maximum = 0.9}},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planGstack,
        .preserves =
            [](const PlanRequest&) {
                return Preservation{false, kRunTwice};
            },
    };
}

} // namespace espalier
