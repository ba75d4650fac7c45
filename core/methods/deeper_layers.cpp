// SPDX-License-Identifier: GPL-3.0-or-later
//
// The unreasonable ineffectiveness of the deeper layers (Gromov et al. 2024, arXiv 2403.17887).

#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

constexpr auto kRuns = std::to_array<Meaning<Depth>>({
    {Depth::BestRun, "best-run", "Most alike ends"},
    {Depth::Deepest, "deepest", "Deepest but the last"},
});

ShrinkRules rulesFrom(const Options& options)
{
    return {.depth = {.depth = meantBy(options, "run", kRuns)}};
}

} // namespace

Method deeperLayersMethod()
{
    return {
        .id = "deeper-layers",
        .title = "Deeper layers",
        .summary = "Removes one run of blocks: that whose ends are most alike, or the deepest.",
        .paper = "Gromov et al. 2024, arXiv 2403.17887",
        .formula = "l* = argmin_l arccos(cos(x_l, x_l+n)) / π of the last token; blocks l* to l* + "
                   "n − 1 go",
        .evidence =
            "Up to about half of the blocks go before question answering "
            "collapses, healed by QLoRA; the loss on next tokens rises smoothly. The "
            "simple rule needs healing more. Reasoning does not recover (arXiv 2602.01997).",
        .cost = "",
        .startTitle = "without a run",
        .direction = Direction::Shrink,
        .reach = {.depth = {.shrink = true}},
        .options = {choiceOption("run", "Run removed",
            "The run of n blocks with the least angular distance from one end to the other "
            "(section 3.2), or the deepest n but the last, which needs no data (section 4.4).",
            "best-run", kRuns)},
        .needs = [](const Options& options) { return needsOf(rulesFrom(options)); },
        .plan =
            [](const PlanRequest& request) {
                return planShrink("deeper-layers", request, rulesFrom(request.options));
            },
    };
}

} // namespace espalier
