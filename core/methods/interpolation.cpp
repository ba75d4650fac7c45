// SPDX-License-Identifier: GPL-3.0-or-later
//
// Interpolation stacking: every block repeated in place (Chang et al. 2018, arXiv 1710.10348, for
// residual networks; Dong et al. 2020 for transformers; compared with stacking in arXiv
// 2405.15319).

#include "core/methods/grow_depth.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

namespace espalier {

namespace {

Result<TransferPlan> planInterpolation(const PlanRequest& request)
{
    TransferPlan plan = planFor("interpolation", request);
    addBlocks(plan, repeatBlocks(request.parent.shape.layers, request.childShape.layers));
    return plan;
}

} // namespace

Method interpolationMethod()
{
    return {
        .id = "interpolation",
        .title = "Interpolation",
        .summary = "Repeats every block in place.",
        .paper = "Chang et al. 2018, arXiv 1710.10348",
        .formula = "block j ← block ⌊j N / N′⌋",
        .evidence = "From 8 to 24 blocks as good as whole-model stacking early in training and "
                    "worse later (arXiv 2405.15319). AquilaMoE prefers it for stability when "
                    "training goes on from a finished model: compare both.",
        .cost = "",
        .startTitle = "interpolated",
        .direction = Direction::Grow,
        .reach = {.depth = {.grow = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planInterpolation,
        .preserves =
            [](const PlanRequest&) {
                return Preservation{false, kRunTwice};
            },
    };
}

} // namespace espalier
