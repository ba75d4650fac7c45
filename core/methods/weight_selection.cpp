// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weight selection (Xu et al. 2024, arXiv 2311.18823): the first blocks, evenly spaced elements of
// every axis, no scale, a fresh head. The published code strides through every dimension of every
// tensor, which merges heads; keeping them whole is the default here.

#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

bool isLiteral(const Options& options)
{
    return std::get<std::string>(options.at("mode")) == "literal";
}

/// The paper's classifiers start anew; a head that is the token embedding cannot.
void redrawHead(TransferPlan& plan)
{
    if (!hasParameter(plan.child, {Role::HeadWeight, -1}))
        return;
    for (const Role role : {Role::HeadWeight, Role::HeadBias, Role::DistillationHeadWeight,
             Role::DistillationHeadBias})
        if (const ParameterId id{role, -1}; hasParameter(plan.child, id)) {
            const FreshInit init = freshInit(plan.child, parameterOf(plan.child, id));
            plan.rules[id] = {.fresh = true, .noise = Noise{init.mean, init.std}};
        }
}

Result<TransferPlan> planWeightSelection(const PlanRequest& request)
{
    Result<TransferPlan> plan = planShrink("weight-selection", request,
        {.width = {.order = Order::Stride, .splitsHeads = isLiteral(request.options)},
            .depth = {.depth = Depth::First}});
    const bool sameSize = request.childShape == request.parent.shape;
    if (plan && std::get<bool>(request.options.at("fresh-head")) && !sameSize)
        redrawHead(*plan);
    return plan;
}

Status acceptsWeightSelection(const PlanRequest& request)
{
    if (isLiteral(request.options) && needsWholeHeads(request.parent))
        return refused("weight-selection: the literal mode merges heads, which rotary positions "
                       "and shared keys and values forbid, wanted mode heads");
    return {};
}

std::vector<OptionSpec> weightSelectionOptions()
{
    return {
        {.key = "mode",
            .title = "Heads",
            .help = "Whole heads are strided, then the heads in each key/value group; the "
                    "published code strides through the channels of queries, keys and values, "
                    "which merges heads. Where the ratio is not whole, its stride runs across "
                    "fused q, k and v, here through each.",
            .defaultValue = std::string("heads"),
            .choices = {{"heads", "Kept whole"}, {"literal", "Merged, as published"}}},
        {.key = "fresh-head",
            .title = "Fresh head",
            .help = "Draw the head anew, as the paper does for its classifiers, unless it is the "
                    "token embedding.",
            .defaultValue = true},
    };
}

} // namespace

Method weightSelectionMethod()
{
    return {
        .id = "weight-selection",
        .title = "Weight selection",
        .summary = "Keeps evenly spaced channels, heads and units and the first blocks; no data, "
                   "no scale.",
        .paper = "Xu et al. 2024, arXiv 2311.18823",
        .formula = "W' = W[i, j]; i, j: every n/n′-th, else round(linspace(0, n − 1, n′))",
        .evidence =
            "ViT-T from ViT-S: 81.4 % against 72.4 % on CIFAR-100, 75.6 against 73.9 on "
            "ImageNet, 76.0 with distillation. Consecutive or random sets do as well "
            "(81.4 to 81.6), inconsistent ones worse (77.4); merged heads cost a small "
            "GPT-2 (172.0 against 158.4 perplexity). Single runs; nearer parents do better.",
        .cost = "",
        .startTitle = "selected",
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = weightSelectionOptions(),
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planWeightSelection,
        .accepts = acceptsWeightSelection,
    };
}

} // namespace espalier
