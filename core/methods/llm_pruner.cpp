// SPDX-License-Identifier: GPL-3.0-or-later
//
// LLM-Pruner (Ma et al. 2023, arXiv 2305.11627): first-order Taylor importance of all weights that
// go with a channel, a head or a unit. The paper prunes blocks unequally; here all are of one size,
// and blocks go as in Shortened LLaMA (Kim et al. 2024, arXiv 2402.02834), which sums the same
// scores.

#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

std::vector<OptionChoice> taylorMetrics()
{
    std::vector<OptionChoice> choices = metricChoices();
    std::erase_if(choices, [](const OptionChoice& choice) {
        return choice.id != "taylor" && choice.id != "activation-taylor";
    });
    return choices;
}

ShrinkRules rulesFrom(const Options& options)
{
    const std::string_view metric = metricIn(options);
    return {.width = {.metric = metric},
        .depth = {.depth = Depth::LowestScore,
            .protectFirst = std::get<std::int64_t>(options.at("protect-first")),
            .protectLast = std::get<std::int64_t>(options.at("protect-last")),
            .metric = metric}};
}

std::vector<OptionSpec> llmPrunerOptions()
{
    return {
        {.key = "metric",
            .title = "Importance",
            .help = "Σ |w · ∂L/∂w| over the weights of a group (equation 5), or |a · ∂L/∂a| of "
                    "its activations.",
            .defaultValue = std::string("taylor"),
            .choices = taylorMetrics()},
        protectOption("protect-first", "Protected at the start", 4),
        protectOption("protect-last", "Protected at the end", 2),
    };
}

} // namespace

Method llmPrunerMethod()
{
    return {
        .id = "llm-pruner",
        .title = "LLM-Pruner (Taylor)",
        .summary = "Keeps what the loss, to first order, depends on most.",
        .paper = "Ma et al. 2023, arXiv 2305.11627",
        .formula = "score = Σ over a group of |w · ∂L/∂w|; W' = W[kept, kept]",
        .evidence = "ViT-B to 22 M parameters, 300 epochs: 80.2 % on ImageNet against 78.1 by "
                    "weight norms. Minitron's comparison: MMLU 25.2 where ShortGPT has 54.7. "
                    "It leaves blocks 0 to 3 and 30, 31 of 32 alone. Calibrated on 10 samples.",
        .cost = "",
        .startTitle = "Taylor-pruned",
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = llmPrunerOptions(),
        .needs = [](const Options& options) { return needsOf(rulesFrom(options)); },
        .plan =
            [](const PlanRequest& request) {
                return planShrink("llm-pruner", request, rulesFrom(request.options));
            },
    };
}

} // namespace espalier
