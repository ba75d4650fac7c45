// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

ShrinkRules leastInfluence()
{
    return {.depth = {.depth = Depth::LowestInfluence}};
}

} // namespace

Method shortgptMethod()
{
    return {
        .id = "shortgpt",
        .title = "ShortGPT",
        .summary = "Removes the blocks of least influence on the stream.",
        .paper = "Men et al. 2024, arXiv 2403.03853",
        .formula = "BI_l = 1 − E[cos(x_l, x_l+1)]; the lowest go",
        .evidence = "LLaMA-2-7B loses blocks 21 to 29 of 32 and keeps MMLU 43.96 without training; "
                    "the 13B one 54.7. Generative reasoning does not recover even after 400 B "
                    "tokens (arXiv 2602.01997). Removing 25 % from the end and tuning the rest is "
                    "a strong baseline.",
        .cost = "",
        .startTitle = "ShortGPT",
        .direction = Direction::Shrink,
        .reach = {.depth = {.shrink = true}},
        .options = {},
        .needs = [](const Options&) { return needsOf(leastInfluence()); },
        .plan =
            [](const PlanRequest& request) {
                return planShrink("shortgpt", request, leastInfluence());
            },
    };
}

} // namespace espalier
