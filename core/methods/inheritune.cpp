// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

Method inherituneMethod()
{
    return {
        .id = "inheritune",
        .title = "Inheritune",
        .summary = "Keeps the first blocks, the embeddings and the head.",
        .paper = "Sanyal et al. 2024, arXiv 2404.08634",
        .formula = "block j of the destination is block j of the parent, j < N′",
        .evidence =
            "A GPT-2 medium of 16 blocks trained on matches the one of 24; 1.5B from the "
            "first half of a 3B parent with 1 B tokens. No run of deeper blocks is removed, "
            "so it needs training: untrained losses are high.",
        .cost = "",
        .startTitle = "inherited",
        .direction = Direction::Shrink,
        .reach = {.depth = {.shrink = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan =
            [](const PlanRequest& request) {
                return planShrink("inheritune", request, {.depth = {.depth = Depth::First}});
            },
    };
}

} // namespace espalier
