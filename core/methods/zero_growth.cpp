// SPDX-License-Identifier: GPL-3.0-or-later
//
// G_zero of the stacking paper (Du et al. 2024, arXiv 2405.15319): new cells that hold nothing.
// What new channels, heads and units are made from is random, what is made from them is zero, so
// the function stays and training reaches both; new blocks are copies with zero output projections.

#include "core/methods/grow_depth.h"
#include "core/methods/grow_fresh.h"
#include "core/methods/grow_norms.h"
#include "core/methods/grow_width.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

/// Matrices whose new rows are read by zeros alone: all but those that write the stream or mix
/// heads.
bool mayBeRandom(const ParameterSpec& spec)
{
    const auto& rows = spec.dims.front().segments;
    return spec.kind == ParameterKind::Matrix && rows.front() != AxisLabel::Residual
        && rows.front() != AxisLabel::Head;
}

void fillUnreadCells(TransferPlan& plan)
{
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (mayBeRandom(spec) && !isFresh(plan, spec.id))
            plan.rules[spec.id].noise =
                Noise{.std = freshInit(plan.child, spec).std, .unreachedOnly = true};
}

Result<TransferPlan> planZeroGrowth(const PlanRequest& request)
{
    TransferPlan plan = planFor("zero-growth", request);
    addWithSilentRepeats(plan, stackBlocks(request.parent.shape.layers, request.childShape.layers));
    if (!changesWidth(request))
        return plan;
    keepCells(plan);
    keepEmbeddingMagnitude(plan);
    if (request.parent.flavour.norm == NormKind::Rms)
        keepNormedValues(plan,
            std::sqrt(static_cast<double>(request.parent.shape.hidden)
                / static_cast<double>(request.childShape.hidden)));
    divideTiedHead(plan);
    freshenGains(plan);
    fillUnreadCells(plan);
    return plan;
}

Preservation preservesZeroGrowth(const PlanRequest& request)
{
    if (request.childShape.hidden != request.parent.shape.hidden
        && request.parent.flavour.norm == NormKind::Layer)
        return {
            .exact = false, .reason = "layer norm's mean and variance see the new channels' zeros"};
    return preservedBySilence(request);
}

} // namespace

Method zeroGrowthMethod()
{
    return {
        .id = "zero-growth",
        .title = "Zero growth (G_zero)",
        .summary = "The parent's cells in their places, new ones that give nothing at first.",
        .paper = "Du et al. 2024, arXiv 2405.15319",
        .formula = "W' = [W, R; 0, 0] for writers of the stream, [W, R; R, R] for its readers; "
                   "root mean square norms: x' = [x; 0] / η, γ' = η γ, η = √(d/d′)",
        .evidence = "Depth: 46.6 % faster than scratch, nearly as good as stacking (49.1 %). "
                    "Width: 17.9 % slower than scratch, the worst of four operators.",
        .cost = "",
        .startTitle = "zero-grown",
        .direction = Direction::Grow,
        .reach = {.width = {.grow = true}, .depth = {.grow = true}},
        .options = {},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planZeroGrowth,
        .accepts = acceptsCopies,
        .preserves = preservesZeroGrowth,
    };
}

} // namespace espalier
