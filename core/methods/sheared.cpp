// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sheared LLaMA (Xia et al. 2024, arXiv 2310.06694): masks over channels, heads, units and blocks
// are learned on the parent's loss under constraints that lead to the wanted shape; what they leave
// open is kept, without scale.

#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

constexpr std::string_view kMaskMetric = "learned-mask";

/// Before the masks have learned, all are equally open.
const ShrinkRules kUnlearned = {
    .width = {.order = Order::First}, .depth = {.depth = Depth::Middle}};

DepthRule depthFrom(const LearnedMasks& masks, const PlanRequest& request)
{
    if (masks.blocks_L.empty())
        return {.depth = Depth::Middle}; // all stay
    return {.depth = Depth::List,
        .list = keepBlocksByScore(masks.blocks_L, request.childShape.layers, {})};
}

Result<TransferPlan> planSheared(const PlanRequest& request)
{
    if (!request.masks)
        return planShrink("sheared", request, kUnlearned);
    Measurements found;
    found.scores.emplace(kMaskMetric, request.masks->scores);
    PlanRequest informed = request;
    informed.measurements = &found;
    return planShrink("sheared", informed,
        {.width = {.metric = kMaskMetric, .taps = Taps::Blocks},
            .depth = depthFrom(*request.masks, request)});
}

MaskLearning learningOf(const Options& options)
{
    return {.steps = std::get<std::int64_t>(options.at("steps")),
        .batch = std::get<std::int64_t>(options.at("batch")),
        .rampShare = std::get<double>(options.at("ramp")),
        .maskRate = std::get<double>(options.at("mask-rate")),
        .multiplierRate = std::get<double>(options.at("multiplier-rate"))};
}

std::vector<OptionSpec> shearedOptions()
{
    const MaskLearning usual;
    return {
        {.key = "steps",
            .title = "Steps",
            .help = "Steps that the masks learn for; the paper: 3200 (section 3.1).",
            .defaultValue = usual.steps,
            .minimum = 1,
            .maximum = 1e6},
        {.key = "batch",
            .title = "Samples per step",
            .help = "Of the data that the method learns on.",
            .defaultValue = usual.batch,
            .minimum = 1,
            .maximum = 65536},
        {.key = "ramp",
            .title = "Ramp",
            .help = "Share of the steps in which the constraint goes from the parent's shape to "
                    "the destination's.",
            .defaultValue = usual.rampShare,
            .minimum = 0,
            .maximum = 1},
        {.key = "mask-rate",
            .title = "Rate of the masks",
            .help = "AdamW's learning rate of the masks' logits; the paper: 1 over 3200 steps.",
            .defaultValue = usual.maskRate,
            .minimum = 0,
            .maximum = 100},
        {.key = "multiplier-rate",
            .title = "Rate of the multipliers",
            .help = "How fast the price of a wrong size rises: λ += rate · (ŝ − s*).",
            .defaultValue = usual.multiplierRate,
            .minimum = 0,
            .maximum = 1000},
    };
}

} // namespace

Method shearedMethod()
{
    return {
        .id = "sheared",
        .title = "Sheared LLaMA",
        .summary = "Learns on the parent's loss which channels, heads, units and blocks to keep.",
        .paper = "Xia et al. 2024, arXiv 2310.06694",
        .formula = "min_z max_λ loss(z ⊙ parent) + Σ λ₁ (ŝ − s*) + λ₂ (ŝ − s*)², z hard concrete; "
                   "W' = W[kept, kept]",
        .evidence =
            "LLaMA-2 7B to 1.3B and 2.7B reach the quality of models of their size with 3 % "
            "of their training tokens. The masks are the expensive part: every step is one "
            "of the large model. The paper trains the weights along, here they rest.",
        .cost = "the learning steps, each a training step of the parent",
        .startTitle = "sheared",
        .learningRate = 2e-3,
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = shearedOptions(),
        .needs = [](const Options&) { return MethodNeeds{.training = true}; },
        .plan = planSheared,
        .maskLearning = learningOf,
    };
}

} // namespace espalier
