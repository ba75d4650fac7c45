// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

namespace espalier {

namespace {

Result<TransferPlan> planRandom(const PlanRequest& request)
{
    TransferPlan plan = planFor("random", request);
    plan.blocks.resize(static_cast<std::size_t>(blocksOf(request.childShape)));
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        const FreshInit init = freshInit(plan.child, spec);
        plan.rules[spec.id] = {.fresh = true, .noise = Noise{init.mean, init.std}};
    }
    return plan;
}

} // namespace

Method randomMethod()
{
    return {
        .id = "random",
        .title = "Random",
        .summary =
            "Fresh weights from the family's published scheme; what every other start must beat.",
        .paper = "the family's own paper and code",
        .formula = "W' ~ N(0, σ²), norm gains 1, biases 0, as the family's code draws them",
        .evidence = "The control. Every published saving is counted against it, each start at its "
                    "own best learning rate.",
        .cost = "",
        .startTitle = "random",
        .learningRate = 3e-3,
        .direction = Direction::Control,
        .reach = {.width = {.shrink = true, .grow = true},
            .depth = {.shrink = true, .grow = true},
            .keepsHeadDim = false},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planRandom,
    };
}

} // namespace espalier
