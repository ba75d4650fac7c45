// SPDX-License-Identifier: GPL-3.0-or-later
//
// Minitron (Muralidharan et al. 2024, arXiv 2407.14679): importance from activations behind norms,
// L2 over samples of means over tokens; heads ranked inside their key/value group; blocks by their
// influence; sliced without scale.

#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

constexpr auto kMinitronDepths = std::to_array<Meaning<Depth>>({
    {Depth::LowestInfluence, "lowest-influence", "Without least influence"},
    {Depth::LowestLoss, "lowest-loss", "Without least loss"},
});

ShrinkRules rulesFrom(const Options& options)
{
    return {.width = {.metric = "minitron", .taps = Taps::Norms, .headScore = HeadScore::L2},
        .depth = {.depth = meantBy(options, "depth", kMinitronDepths)}};
}

} // namespace

Method minitronMethod()
{
    return {
        .id = "minitron",
        .title = "Minitron",
        .summary = "Keeps channels, heads and units whose activations have the largest norm of "
                   "means, and the blocks of most influence.",
        .paper = "Muralidharan et al. 2024, arXiv 2407.14679",
        .formula = "score = √Σ_samples (mean over tokens |a|)², a behind norms, of contexts (L2 "
                   "over a head) and of MLP units; W' = W[kept, kept]",
        .evidence = "15B to 8B: MMLU 63.8 against 54.7 from scratch with 40 times fewer tokens; at "
                    "equal compute 4B has HellaSwag 52.0 against 46.2 random, both after "
                    "distillation. Width beats depth after retraining up to 15B; cutting more than "
                    "half is better done in steps. Right after slicing the model is useless. "
                    "Calibrated on 1024 samples.",
        .cost = "",
        .startTitle = "Minitron",
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = {choiceOption("depth", "Blocks removed",
            "By block influence, 1 − cos of what enters and leaves, or by the loss without them "
            "(section 2.2).",
            "lowest-influence", kMinitronDepths)},
        .needs = [](const Options& options) { return needsOf(rulesFrom(options)); },
        .plan =
            [](const PlanRequest& request) {
                return planShrink("minitron", request, rulesFrom(request.options));
            },
    };
}

} // namespace espalier
