// SPDX-License-Identifier: GPL-3.0-or-later
//
// Wanda (Sun et al. 2023, arXiv 2306.11695) scores single weights; summed over the consumers of a
// channel, its score ranks channels, heads and units.

#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

ShrinkRules wandaRules()
{
    return {.width = {.metric = "wanda", .taps = Taps::Norms}};
}

} // namespace

Method wandaMethod()
{
    return {
        .id = "wanda",
        .title = "Wanda, structured",
        .summary = "Keeps channels, heads and units whose consumers weigh them most, by the size "
                   "of what they read.",
        .paper = "Sun et al. 2023, arXiv 2306.11695",
        .formula = "score_j = Σ over consumers and rows i of |W_ij| · ‖x_j‖₂; W' = W[kept, kept]",
        .evidence = "Published for single weights: half of LLaMA's go with little loss and no "
                    "training. As a rule for whole channels nobody has published numbers.",
        .cost = "",
        .startTitle = "Wanda",
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = {},
        .needs = [](const Options&) { return needsOf(wandaRules()); },
        .plan =
            [](const PlanRequest& request) { return planShrink("wanda", request, wandaRules()); },
    };
}

} // namespace espalier
