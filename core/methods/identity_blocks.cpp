// SPDX-License-Identifier: GPL-3.0-or-later
//
// Block expansion of LLaMA Pro (Wu et al. 2024, arXiv 2401.02415): copies of blocks between the
// parent's, their output projections zero, so that training starts from the parent's function. (The
// paper then trains the new blocks alone.)

#include "core/methods/grow_depth.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

namespace espalier {

namespace {

Result<TransferPlan> planIdentityBlocks(const PlanRequest& request)
{
    TransferPlan plan = planFor("identity-blocks", request);
    addWithSilentRepeats(
        plan, insertBlocks(request.parent.shape.layers, request.childShape.layers));
    return plan;
}

} // namespace

Method identityBlocksMethod()
{
    return {
        .id = "identity-blocks",
        .title = "Identity blocks",
        .summary = "Inserts copies of blocks that add nothing at first (LLaMA Pro).",
        .paper = "Wu et al. 2024, arXiv 2401.02415",
        .formula = "after every N / (N′ − N)-th block a copy with W_out = 0 and W_down = 0",
        .evidence = "LLaMA Pro grew LLaMA2-7B from 32 to 40 blocks, trained the eight new ones on "
                    "code and mathematics, and kept the old abilities. From scratch-like budgets "
                    "zeroed blocks do nearly as well as stacking (46.6 against 49.1 % faster, "
                    "arXiv 2405.15319).",
        .cost = "",
        .startTitle = "expanded",
        .direction = Direction::Grow,
        .reach = {.depth = {.grow = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planIdentityBlocks,
        .preserves = preservedBySilence,
    };
}

} // namespace espalier
