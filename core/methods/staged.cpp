// SPDX-License-Identifier: GPL-3.0-or-later
//
// Staged training (Shen et al. 2022, arXiv 2203.06211): twice the width by two copies of the model
// side by side (block-diagonal matrices), twice the depth by copies or identities; the loss and,
// with the optimiser's moments grown alike, the training dynamics are preserved.

#include "core/methods/grow_depth.h"
#include "core/methods/grow_width.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <fmt/format.h>

#include <utility>

namespace espalier {

namespace {

std::string choiceIn(const Options& options, std::string_view key)
{
    return std::get<std::string>(options.find(key)->second);
}

/// Every width is twice the parent's, or all are the parent's.
Status acceptsDoubles(const PlanRequest& request)
{
    const std::int64_t factor = request.childShape.hidden / request.parent.shape.hidden;
    for (const Size size : {Size::Hidden, Size::Heads, Size::KvHeads, Size::Mlp}) {
        const std::int64_t from = get(request.parent.shape, size);
        const std::int64_t found = get(request.childShape, size);
        if (factor <= 2 && found == factor * from)
            continue;
        return refused(
            describe({fmt::format("{} {}: two whole models stand side by side, so hidden, heads, "
                                  "kv-heads and mlp are doubled together",
                          nameOf(size), found),
                from, 2 * from}));
    }
    const std::int64_t layers = request.parent.shape.layers;
    if (request.childShape.layers <= 2 * layers)
        return {};
    return refused(describe({fmt::format("layers {}: depth is doubled, so layers may be at most {}",
                                 request.childShape.layers, 2 * layers),
        2 * layers, 2 * layers}));
}

/// The map that fills one half of an axis of twice the length.
AxisMap halfOf(std::int64_t length, bool second)
{
    std::vector<std::int64_t> indices(static_cast<std::size_t>(2 * length), kNothing);
    for (std::int64_t i = 0; i < length; ++i)
        indices[static_cast<std::size_t>(second ? length + i : i)] = i;
    AxisMap map = AxisMap::repeat(length, std::move(indices));
    map.readWeight.clear();
    return map;
}

SourceTerm sideTerm(const ModelShape& parent, int parentBlock, bool second)
{
    SourceTerm term{.parentBlock = parentBlock};
    for (const AxisLabel label : {AxisLabel::Residual, AxisLabel::Query, AxisLabel::Key,
             AxisLabel::Value, AxisLabel::Context, AxisLabel::Head, mlpAxisOf(parent, parentBlock)})
        term.maps[label] = halfOf(lengthOf(label, parent), second);
    return term;
}

/// Two models side by side. Axes that stay (channels inside heads) have one source; the network's
/// own matrices are tiled.
void placeSideBySide(TransferPlan& plan)
{
    for (DestinationBlock& block : plan.blocks) {
        const std::vector<SourceTerm> alone = block.terms;
        const int source = alone.front().parentBlock;
        block.terms = {
            sideTerm(plan.parent.shape, source, false), sideTerm(plan.parent.shape, source, true)};
        block.maps.clear(); // each side has its own
        if (plan.child.flavour.queryKeyNorm)
            block.termsByRole = {{Role::QueryNormGain, alone}, {Role::KeyNormGain, alone}};
    }
}

Result<TransferPlan> planStaged(const PlanRequest& request)
{
    TransferPlan plan = planFor("staged", request);
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t wanted = request.childShape.layers;
    const auto sources = choiceIn(request.options, "place") == "above" ? stackBlocks(n, wanted)
                                                                       : insertBlocks(n, wanted);
    if (choiceIn(request.options, "depth") == "identity")
        addWithSilentRepeats(plan, sources);
    else
        addBlocks(plan, sources);
    widenByCopies(plan, CopyRule::Circular);
    if (changesWidth(request))
        placeSideBySide(plan);
    return plan;
}

std::vector<OptionSpec> stagedOptions()
{
    return {
        {.key = "depth",
            .title = "New blocks",
            .help = "What added blocks start as: identities keep the loss, copies do not.",
            .defaultValue = std::string("identity"),
            .choices = {{"identity", "Identities"}, {"copy", "Copies"}}},
        {.key = "place",
            .title = "Their place",
            .help = "Each behind the block it copies, or all above the stack.",
            .defaultValue = std::string("behind"),
            .choices = {{"behind", "Behind their source"}, {"above", "Above the stack"}}},
    };
}

Preservation preservesStaged(const PlanRequest& request)
{
    const bool deeper = request.childShape.layers != request.parent.shape.layers;
    if (deeper && choiceIn(request.options, "depth") == "copy")
        return {.exact = false, .reason = kRunTwice};
    return preservedBySilence(request);
}

} // namespace

Method stagedMethod()
{
    return {
        .id = "staged",
        .title = "Staged training",
        .summary = "Twice the width by two copies side by side, up to twice the depth by identity "
                   "blocks or copies.",
        .paper = "Shen et al. 2022, arXiv 2203.06211",
        .formula = "W' = [W, 0; 0, W],  b' = [b; b],  final norm / 2 (or the head)",
        .evidence = "Up to 22 % of compute saved for GPT-2 when the growth is timed by the loss "
                    "curve; keeps loss and training dynamics. As a start for width alone the "
                    "block-diagonal form is the weakest in HyperCloning's comparison, still better "
                    "than random.",
        .cost = "",
        .startTitle = "staged",
        .direction = Direction::Grow,
        .reach = {.width = {.grow = true, .multiples = true}, .depth = {.grow = true}},
        .options = stagedOptions(),
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planStaged,
        .accepts = acceptsDoubles,
        .preserves = preservesStaged,
    };
}

} // namespace espalier
