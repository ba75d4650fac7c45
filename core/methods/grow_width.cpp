// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/grow_width.h"

#include "core/methods/choose.h"
#include "core/methods/plan_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier {

namespace {

/// The places of destination heads beside copies of one parent group, in order.
std::vector<std::size_t> placesBeside(
    const std::vector<std::int64_t>& groups, std::int64_t group, std::int64_t perGroup)
{
    std::vector<std::size_t> places;
    for (std::size_t g = 0; g < groups.size(); ++g)
        for (std::int64_t i = 0; groups[g] == group && i < perGroup; ++i)
            places.push_back(g * static_cast<std::size_t>(perGroup) + static_cast<std::size_t>(i));
    return places;
}

bool readsAxisThatGrew(const ParameterSpec& spec, const ModelShape& parent, const ModelShape& child)
{
    return spec.kind == ParameterKind::Matrix && spec.dims.size() == 2
        && spec.dims[1].side == Side::Read
        && lengthOf(spec.dims[1], child) > lengthOf(spec.dims[1], parent);
}

} // namespace

std::vector<std::int64_t> copiesFor(CopyRule rule, std::int64_t n, std::int64_t wanted, Seed seed)
{
    std::vector<std::int64_t> copies = firstOf(wanted);
    SequenceRng rng(seed);
    for (std::int64_t j = n; j < wanted; ++j)
        copies[static_cast<std::size_t>(j)] = rule == CopyRule::Uniform
            ? static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(n)))
            : j % n;
    if (rule != CopyRule::Balanced)
        return copies;
    for (std::int64_t round = 1; round * n < wanted; ++round) {
        const auto order = randomPermutation(n, derive(seed, static_cast<std::uint64_t>(round)));
        for (std::int64_t i = 0; i < n && round * n + i < wanted; ++i)
            copies[static_cast<std::size_t>(round * n + i)] = order[static_cast<std::size_t>(i)];
    }
    return copies;
}

AxisMap copyMap(std::int64_t parentLength, std::vector<std::int64_t> copies)
{
    return std::cmp_equal(copies.size(), parentLength)
        ? AxisMap::identity(parentLength)
        : AxisMap::repeat(parentLength, std::move(copies));
}

GrownHeads growHeads(const ModelShape& parent, const ModelShape& child, CopyRule rule, Seed seed)
{
    const std::int64_t parentPerGroup = parent.heads / parent.kvHeads;
    const std::int64_t childPerGroup = child.heads / child.kvHeads;
    // A group whose copies hold few heads each needs all of its copies.
    const CopyRule groupRule =
        rule == CopyRule::Uniform && childPerGroup < parentPerGroup ? CopyRule::Balanced : rule;
    GrownHeads grown{.heads = std::vector<std::int64_t>(static_cast<std::size_t>(child.heads), 0),
        .groups = copiesFor(groupRule, parent.kvHeads, child.kvHeads, derive(seed, "groups"))};
    for (std::int64_t group = 0; group < parent.kvHeads; ++group) {
        const auto places = placesBeside(grown.groups, group, childPerGroup);
        const auto inside =
            copiesFor(rule, parentPerGroup, static_cast<std::int64_t>(places.size()),
                derive(derive(seed, "heads"), static_cast<std::uint64_t>(group)));
        for (std::size_t i = 0; i < places.size(); ++i)
            grown.heads[places[i]] = group * parentPerGroup + inside[i];
    }
    return grown;
}

Status checkHeadsGrow(const ModelShape& parent, const ModelShape& child)
{
    const std::int64_t fewestCopies = child.kvHeads / parent.kvHeads;
    const std::int64_t parentPerGroup = parent.heads / parent.kvHeads;
    const std::int64_t childPerGroup = child.heads / child.kvHeads;
    if (fewestCopies * childPerGroup >= parentPerGroup)
        return {};
    return refused(
        fmt::format("kv-heads {}: some group of {} heads would have {} with {} heads, too few for "
                    "all; kv-heads "
                    "must be a multiple of the parent's {} (nearest: {}), or heads at least {}",
            child.kvHeads, parentPerGroup, fewestCopies == 1 ? "one copy" : "copies", childPerGroup,
            parent.kvHeads, fewestCopies * parent.kvHeads, child.kvHeads * parentPerGroup));
}

std::map<AxisLabel, AxisMap> growBlock(
    const ModelShape& parent, const ModelShape& child, AxisLabel mlp, CopyRule rule, Seed seed)
{
    const GrownHeads grown = growHeads(parent, child, rule, seed);
    std::map<AxisLabel, AxisMap> maps = headMaps(parent, grown.heads, grown.groups);
    const std::int64_t units = lengthOf(mlp, parent);
    maps[mlp] = copyMap(
        units, copiesFor(rule, units, lengthOf(mlp, child), derive(seed, nameOf(AxisLabel::Mlp))));
    return maps;
}

void growBlocks(TransferPlan& plan, CopyRule rule)
{
    const ModelShape& parent = plan.parent.shape;
    const Seed blocks = derive(plan.seed, "block");
    std::map<int, const DestinationBlock*> grown; // by parent block
    for (DestinationBlock& block : plan.blocks) {
        const int source = block.terms.front().parentBlock;
        const auto [first, isNew] = grown.try_emplace(source, &block);
        block.maps = isNew ? growBlock(parent, plan.child.shape, mlpAxisOf(parent, source), rule,
                         derive(blocks, static_cast<std::uint64_t>(source)))
                           : first->second->maps;
    }
}

void widenByCopies(TransferPlan& plan, CopyRule rule)
{
    const std::int64_t d = plan.parent.shape.hidden;
    plan.globalMaps[AxisLabel::Residual] =
        copyMap(d, copiesFor(rule, d, plan.child.shape.hidden, derive(plan.seed, "residual")));
    growBlocks(plan, rule);
    keepEmbeddingMagnitude(plan);
    divideTiedHead(plan);
}

OptionSpec copyRuleOption()
{
    return {.key = "copies",
        .title = "Copies",
        .help = "Which channels, heads and units are copied: each as often as the others, or each "
                "place drawn on its own as in the paper. Norms need equally many copies of every "
                "channel to keep the function.",
        .defaultValue = std::string("balanced"),
        .choices = {{"balanced", "Random, balanced"}, {"uniform", "Random, uniform"}}};
}

CopyRule copyRuleIn(const Options& options)
{
    return std::get<std::string>(options.at("copies")) == "uniform" ? CopyRule::Uniform
                                                                    : CopyRule::Balanced;
}

Status acceptsCopies(const PlanRequest& request)
{
    return checkHeadsGrow(request.parent.shape, request.childShape);
}

Preservation preservedByCopies(const PlanRequest& request)
{
    const std::int64_t from = request.parent.shape.hidden;
    const std::int64_t to = request.childShape.hidden;
    if (from == to)
        return {.exact = true, .reason = {}};
    if (to % from != 0)
        return {.exact = false,
            .reason = fmt::format("norms see unequal copies of the channels (hidden {} is no whole "
                                  "multiple of {})",
                to, from)};
    if (copyRuleIn(request.options) == CopyRule::Uniform)
        return {.exact = false, .reason = "norms see unequal copies of the channels"};
    return {.exact = true, .reason = {}};
}

void addBalancedNoise(TransferPlan& plan, double decibels)
{
    const Noise noise{.std = std::pow(10.0, -decibels / 20), .relative = true, .balanced = true};
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (readsAxisThatGrew(spec, plan.parent.shape, plan.child.shape) && !isFresh(plan, spec.id))
            plan.rules[spec.id].noise = noise;
}

std::vector<OptionSpec> balancedNoiseOptions()
{
    return {
        {.key = "noise",
            .title = "Noise",
            .help = "Tells copies apart so that training can use them all: random values on the "
                    "weights that read copies, which sum to nothing over the copies of an input. "
                    "Without it copies with equal gradients stay equal.",
            .defaultValue = std::string("none"),
            .choices = {{"none", "None"}, {"balanced", "Sums to nothing"}}},
        {.key = "snr",
            .title = "Signal to noise, dB",
            .help = "Of each matrix, 20 log10(rms of weights / rms of noise).",
            .defaultValue = 10.0,
            .minimum = 0,
            .maximum = 80,
            .onlyWhenKey = "noise",
            .onlyWhenValue = "balanced"},
    };
}

void addChosenNoise(TransferPlan& plan, const Options& options)
{
    if (std::get<std::string>(options.at("noise")) == "balanced")
        addBalancedNoise(plan, std::get<double>(options.at("snr")));
}

bool changesWidth(const PlanRequest& request)
{
    ModelShape shape = request.childShape;
    shape.layers = request.parent.shape.layers;
    return shape != request.parent.shape;
}

} // namespace espalier
