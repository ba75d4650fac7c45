// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/rows.h"

namespace espalier {

namespace {

Result<TransferPlan> planRandom(const PlanRequest& request)
{
    TransferPlan plan{.method = "random",
        .parent = request.parent,
        .child = request.parent,
        .seed = request.seed};
    plan.child.shape = request.childShape;
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
        .startTitle = "random",
        .learningRate = 3e-3,
        .direction = Direction::Control,
        .mayShrink = true,
        .mayGrow = true,
        .keepsHeadDim = false,
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planRandom,
    };
}

} // namespace espalier
