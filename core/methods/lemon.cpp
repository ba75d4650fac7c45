// SPDX-License-Identifier: GPL-3.0-or-later
//
// LEMON (Wang et al. 2024, arXiv 2310.07999): lossless growth to any width. The stream becomes
// whole copies of the parent's and, in the rest, its mean (layer norm) or zeros (root mean
// squares), which the norms do not notice once the stream and gains are scaled. Readers split a
// channel's weight unequally over its copies, and their columns on the rest are free.

#include "core/methods/grow_depth.h"
#include "core/methods/grow_norms.h"
#include "core/methods/grow_width.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

bool splitsUnequally(const Options& options)
{
    return std::get<std::string>(options.at("split")) == "random";
}

/// Divides 1 among the copies of every parent index in random shares, none more than three times
/// another.
void splitRandomly(AxisMap& map, Seed seed)
{
    if (map.kind != AxisMap::Kind::Repeat)
        return;
    const CounterRng stream(seed);
    std::vector<double> totals(static_cast<std::size_t>(map.parentLength), 0.0);
    for (std::size_t j = 0; j < map.child_from_parent.size(); ++j)
        if (const std::int64_t parent = map.child_from_parent[j]; parent >= 0) {
            map.readWeight[j] = 0.5 + stream.uniform(j);
            totals[static_cast<std::size_t>(parent)] += map.readWeight[j];
        }
    for (std::size_t j = 0; j < map.child_from_parent.size(); ++j)
        if (const std::int64_t parent = map.child_from_parent[j]; parent >= 0)
            map.readWeight[j] /= totals[static_cast<std::size_t>(parent)];
}

/// Whole copies and, where they leave a rest, the rest. Writers of the rest write the mean or
/// nothing, and its readers read nothing of the parent.
AxisMap streamMap(const ModelConfig& parent, std::int64_t wanted, std::int64_t rest)
{
    const std::int64_t d = parent.shape.hidden;
    if (wanted == d)
        return AxisMap::identity(d);
    const std::int64_t copies = wanted / d;
    AxisMap map = AxisMap::repeat(d, copiesFor(CopyRule::Circular, d, copies * d, {}));
    map.childLength = wanted;
    map.child_from_parent.resize(static_cast<std::size_t>(wanted), rest);
    // Zeros may be read; with the weight of the others a tied head can stay.
    map.readWeight.resize(
        static_cast<std::size_t>(wanted), rest == kNothing ? 1 / static_cast<double>(copies) : 0);
    return map;
}

/// Biases of norms are zero in the rest, where a mean would reach the free columns.
void clearBiasesInRest(TransferPlan& plan)
{
    const AxisMap zeros = streamMap(plan.parent, plan.child.shape.hidden, kNothing);
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (spec.kind == ParameterKind::NormBias && !plan.rules[spec.id].face)
            plan.rules[spec.id].maps[AxisLabel::Residual] = zeros;
}

void splitReaders(TransferPlan& plan)
{
    splitRandomly(plan.globalMaps.at(AxisLabel::Residual), derive(plan.seed, "split"));
    for (std::size_t j = 0; j < plan.blocks.size(); ++j)
        for (const AxisLabel label :
            {AxisLabel::Context, mlpAxisOf(plan.child.shape, static_cast<std::int64_t>(j))})
            splitRandomly(plan.blocks[j].maps.at(label),
                derive(derive(plan.seed, nameOf(label)), static_cast<std::uint64_t>(j)));
}

Result<TransferPlan> planLemon(const PlanRequest& request)
{
    TransferPlan plan = planFor("lemon", request);
    addWithSilentRepeats(
        plan, insertBlocks(request.parent.shape.layers, request.childShape.layers));
    growBlocks(plan, CopyRule::Circular);
    const bool means = request.parent.flavour.norm == NormKind::Layer;
    plan.globalMaps[AxisLabel::Residual] =
        streamMap(request.parent, request.childShape.hidden, means ? kMeanOfAxis : kNothing);
    if (splitsUnequally(request.options))
        splitReaders(plan);
    keepEmbeddingMagnitude(plan);
    keepNormedValues(plan, spreadOf(request.parent.shape, request.childShape));
    divideTiedHead(plan);
    if (request.childShape.hidden % request.parent.shape.hidden == 0)
        return plan;
    if (means) {
        clearBiasesInRest(plan);
        foldLayerScales(plan);
    } else {
        freshenGains(plan);
    }
    if (std::get<bool>(request.options.at("free-columns")))
        fillFreeColumns(plan);
    return plan;
}

std::vector<OptionSpec> lemonOptions()
{
    return {
        {.key = "split",
            .title = "Readers' shares",
            .help = "How the weight on a channel, head or unit is split over its copies: unequal "
                    "shares let copies learn apart and keep the function just as well.",
            .defaultValue = std::string("random"),
            .choices = {{"random", "Random"}, {"equal", "Equal"}}},
        {.key = "free-columns",
            .title = "Random free columns",
            .help = "Random weights where readers meet channels that hold nothing; zero otherwise.",
            .defaultValue = true},
    };
}

Status acceptsLemon(const PlanRequest& request)
{
    const Status any = checkAnyWidth(request);
    return any ? checkHeadsGrow(request.parent.shape, request.childShape) : any;
}

} // namespace

Method lemonMethod()
{
    return {
        .id = "lemon",
        .title = "LEMON",
        .summary = "Lossless growth to any width under pre-norm, by copies and padding that norms "
                   "do not notice, and to any depth by identity blocks.",
        .paper = "Wang et al. 2024, arXiv 2310.07999",
        .formula = "x' = [x; …; x; mean(x)] / η,  γ' = η [γ; …],  η = √(k d / d′);  "
                   "readers α_i W with Σ α_i = 1",
        .evidence = "Saves 56.7 % of compute for ViT and 33.2 % for BERT (pre-norm). Keep the "
                    "usual peak learning rate and decay it faster: smaller ones hurt the final "
                    "quality.",
        .cost = "",
        .startTitle = "LEMON",
        .direction = Direction::Grow,
        .reach = {.width = {.grow = true}, .depth = {.grow = true}},
        .options = lemonOptions(),
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planLemon,
        .accepts = acceptsLemon,
        .preserves = preservedBySilence,
    };
}

} // namespace espalier
