// SPDX-License-Identifier: GPL-3.0-or-later
//
// Duplication where the stream changes least. Samragh et al. 2023 (arXiv 2312.09299, section 3)
// show that a block with a small residual change may be run twice with little harm, as it may be
// removed; they train only the latter.

#include "core/methods/grow_depth.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <fmt/format.h>

namespace espalier {

namespace {

Result<TransferPlan> planDuplication(const PlanRequest& request)
{
    const std::vector<double>& change_L = request.measurements->change_L;
    const std::int64_t n = request.parent.shape.layers;
    if (static_cast<std::int64_t>(change_L.size()) != n)
        return refused(fmt::format(
            "measurements: change holds {} values, the parent needs {}", change_L.size(), n));
    TransferPlan plan = planFor("duplication", request);
    addBlocks(plan, repeatLowest(change_L, request.childShape.layers));
    return plan;
}

} // namespace

Method duplicationMethod()
{
    return {
        .id = "duplication",
        .title = "Least-change duplication",
        .summary = "Repeats, in place, the blocks that change the stream least.",
        .paper = "Samragh et al. 2023, arXiv 2312.09299, section 3",
        .formula = "blocks with the lowest mean |f(x)| / |x + f(x)| appear once more",
        .evidence = "The loss right after duplicating one block is lowest in the middle of ViT and "
                    "GPT (figure 2); further training is not reported. In LLaMA-2-7B and Mistral "
                    "the quiet zone is blocks 21 to 29 of 32, so it is measured, not assumed.",
        .cost = "",
        .startTitle = "duplicated",
        .direction = Direction::Grow,
        .reach = {.depth = {.grow = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{.measurements = {"residual-change"}}; },
        .plan = planDuplication,
        .preserves =
            [](const PlanRequest&) {
                return Preservation{false, kRunTwice};
            },
    };
}

} // namespace espalier
