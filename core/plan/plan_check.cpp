// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/transfer_plan.h"

#include <fmt/format.h>

#include <cmath>
#include <unordered_set>
#include <utility>
#include <vector>

namespace espalier {

namespace {

Error badPlan(const TransferPlan& plan, const std::string& what)
{
    return refused(fmt::format("plan of {}: {}", plan.method, what));
}

/// The same of the lists of a Select or a Repeat, whose length is right.
std::string indexFault(const AxisMap& map)
{
    const bool repeats = map.kind == AxisMap::Kind::Repeat;
    for (const auto* weights : {&map.readWeight, &map.writeWeight})
        if (!weights->empty() && (!repeats || weights->size() != map.child_from_parent.size()))
            return fmt::format(
                "lists {} weights, wanted {}", weights->size(), map.child_from_parent.size());
    std::vector<bool> seen(static_cast<std::size_t>(repeats ? 0 : map.parentLength), false);
    for (std::size_t j = 0; j < map.child_from_parent.size(); ++j) {
        const std::int64_t index = map.child_from_parent[j];
        const bool none = repeats && (index == kNothing || index == kMeanOfAxis);
        if (!none && (index < 0 || index >= map.parentLength))
            return fmt::format("takes index {} of {}", index, map.parentLength);
        if (!repeats && seen[static_cast<std::size_t>(index)])
            return fmt::format("selects index {} twice", index);
        if (!repeats)
            seen[static_cast<std::size_t>(index)] = true;
        if (index == kMeanOfAxis && map.weightOf(static_cast<std::int64_t>(j), Side::Read) != 0)
            return fmt::format("reads the mean at index {}, which can only be written", j);
    }
    return "";
}

/// The same of a Dense map's unit rows.
std::string unitRowFault(const AxisMap& map)
{
    if (map.child_from_parent.empty())
        return "";
    if (std::cmp_not_equal(map.child_from_parent.size(), map.childLength))
        return fmt::format(
            "lists {} unit rows, wanted {}", map.child_from_parent.size(), map.childLength);
    for (std::int64_t j = 0; j < map.childLength; ++j) {
        const std::int64_t parent = map.child_from_parent[static_cast<std::size_t>(j)];
        if (parent == kNothing)
            continue;
        if (parent < 0 || parent >= map.parentLength)
            return fmt::format("takes index {} of {}", parent, map.parentLength);
        for (const Side side : {Side::Write, Side::Read})
            if (map.face(side).at(j, parent) != 1)
                return fmt::format("has no unit row at index {}", j);
    }
    return "";
}

/// What is wrong with a map between axes of these lengths; empty if nothing.
std::string faultOf(const AxisMap* map, std::int64_t parentLength, std::int64_t childLength)
{
    if (!map || map->kind == AxisMap::Kind::Identity) {
        const std::int64_t from = map ? map->parentLength : parentLength;
        const std::int64_t to = map ? map->childLength : parentLength;
        return from == parentLength && to == childLength && from == to
            ? ""
            : fmt::format("is kept as it is, but has {} in the parent and {} in the destination",
                parentLength, childLength);
    }
    if (map->parentLength != parentLength || map->childLength != childLength)
        return fmt::format("maps {} to {}, wanted {} to {}", map->parentLength, map->childLength,
            parentLength, childLength);
    if (map->kind == AxisMap::Kind::Dense) {
        for (const Side side : {Side::Write, Side::Read})
            if (const Matrix& face = map->face(side);
                face.rows != childLength || face.cols != parentLength)
                return fmt::format(
                    "has a dense map of another size than {} x {}", childLength, parentLength);
        return unitRowFault(*map);
    }
    if (static_cast<std::int64_t>(map->child_from_parent.size()) != childLength)
        return fmt::format(
            "lists {} indices, wanted {}", map->child_from_parent.size(), childLength);
    return indexFault(*map);
}

/// The parent head that each destination head comes from (negative: none); empty for maps that are
/// no index lists (nothing to check).
struct HeadsOf
{
    std::vector<std::int64_t> heads;
    std::string fault;
};
HeadsOf headsOf(const AxisMap* map, std::int64_t childHeads, std::int64_t headDim)
{
    HeadsOf result;
    if (map && map->kind == AxisMap::Kind::Dense)
        return result;
    for (std::int64_t head = 0; head < childHeads; ++head) {
        const auto index = [&](std::int64_t channel) {
            const std::int64_t at = head * headDim + channel;
            return map && map->kind != AxisMap::Kind::Identity
                ? map->child_from_parent[static_cast<std::size_t>(at)]
                : at;
        };
        const std::int64_t first = index(0);
        for (std::int64_t channel = 0; channel < headDim; ++channel)
            if (first < 0 ? index(channel) != first
                          : first % headDim != 0 || index(channel) != first + channel)
                return {{}, fmt::format("splits head {} (heads are kept whole)", head)};
        result.heads.push_back(first < 0 ? first : first / headDim);
    }
    return result;
}

const AxisMap* mapOf(const DestinationBlock& block, const SourceTerm& term, AxisLabel label)
{
    for (const auto* maps : {&term.maps, &block.maps})
        if (const auto found = maps->find(label); found != maps->end())
            return &found->second;
    return nullptr;
}

/// Whole heads, and every query head still reads the key/value group it read in the parent.
std::string headFault(
    const TransferPlan& plan, const DestinationBlock& block, const SourceTerm& term)
{
    const auto mapFor = [&](AxisLabel label) {
        return mapOf(block, term, label);
    };
    const ModelShape& parent = plan.parent.shape;
    const ModelShape& child = plan.child.shape;
    if (plan.splitsHeads)
        return needsWholeHeads(plan.parent) ? "splits heads that rotate or share keys" : "";
    if (parent.headDim != child.headDim)
        return "";
    const HeadsOf query = headsOf(mapFor(AxisLabel::Query), child.heads, child.headDim);
    const HeadsOf context = headsOf(mapFor(AxisLabel::Context), child.heads, child.headDim);
    const HeadsOf key = headsOf(mapFor(AxisLabel::Key), child.kvHeads, child.headDim);
    const HeadsOf value = headsOf(mapFor(AxisLabel::Value), child.kvHeads, child.headDim);
    for (const auto& [name, heads] :
        {std::pair{"query", &query}, {"context", &context}, {"key", &key}, {"value", &value}})
        if (!heads->fault.empty())
            return fmt::format("axis {} {}", name, heads->fault);
    if (query.heads.empty() || context.heads.empty() || key.heads.empty() || value.heads.empty())
        return "";
    if (query.heads != context.heads)
        return "query and context keep different heads";
    if (key.heads != value.heads)
        return "key and value keep different heads";
    if (const AxisMap* mixed = mapFor(AxisLabel::Head);
        mixed && headsOf(mixed, child.heads, 1).heads != query.heads)
        return "query heads and their mixing keep different heads";
    const std::int64_t parentGroup = parent.heads / parent.kvHeads;
    const std::int64_t childGroup = child.heads / child.kvHeads;
    for (std::size_t head = 0; head < query.heads.size(); ++head) {
        const std::int64_t wanted = query.heads[head] / parentGroup;
        const std::int64_t found = key.heads[head / static_cast<std::size_t>(childGroup)];
        if (query.heads[head] >= 0 && found >= 0 && wanted != found)
            return fmt::format(
                "query head {} would read key/value group {}, in the parent it reads {}", head,
                found, wanted);
    }
    return "";
}

/// Maps without fault. Many parameters share one, and each may be long.
using SoundMaps = std::unordered_set<const AxisMap*>;

Status checkTerm(const TransferPlan& plan, const ParameterPlan& parameter, const ResolvedTerm& term,
    SoundMaps& sound)
{
    const std::string name = nameOf(parameter.child.id);
    if (!hasParameter(plan.parent, term.parent))
        return badPlan(plan,
            fmt::format(
                "{} comes from {}, which the parent does not have", name, nameOf(term.parent)));
    std::vector<double> weights = term.segmentWeights;
    weights.push_back(term.weight);
    for (const double weight : weights)
        if (!std::isfinite(weight))
            return badPlan(plan, fmt::format("{}: a source weight is {}", name, weight));
    if (term.foldedGain && !hasParameter(plan.parent, *term.foldedGain))
        return badPlan(plan,
            fmt::format(
                "{} takes in {}, which the parent does not have", name, nameOf(*term.foldedGain)));
    const ParameterSpec source = parameterOf(plan.parent, term.parent);
    for (std::size_t d = 0; d < parameter.child.dims.size(); ++d) {
        const std::vector<AxisLabel>& segments = parameter.child.dims[d].segments;
        if (source.dims.size() <= d || source.dims[d].segments != segments)
            return badPlan(plan,
                fmt::format("{} and its source {} have different axes", name, nameOf(term.parent)));
        for (std::size_t s = 0; s < segments.size(); ++s) {
            const AxisMap* const map = term.maps[d][s];
            if (sound.contains(map))
                continue;
            const std::string fault = faultOf(map, lengthOf(segments[s], plan.parent.shape),
                lengthOf(segments[s], plan.child.shape));
            if (!fault.empty())
                return badPlan(
                    plan, fmt::format("{}: axis {} {}", name, nameOf(segments[s]), fault));
            if (map) // none stands for many axes
                sound.insert(map);
        }
    }
    return {};
}

Status checkParameter(const TransferPlan& plan, ParameterId id, SoundMaps& sound)
{
    const ParameterPlan parameter = resolve(plan, id);
    const auto rule = plan.rules.find(id);
    const bool fresh = rule != plan.rules.end() && rule->second.fresh;
    if (parameter.terms.empty() && !(fresh && parameter.noise))
        return badPlan(plan, fmt::format("{} has no source and no fresh values", nameOf(id)));
    if (!std::isfinite(parameter.scale))
        return badPlan(plan, fmt::format("{}: the scale is {}", nameOf(id), parameter.scale));
    for (const ResolvedTerm& term : parameter.terms)
        if (const Status status = checkTerm(plan, parameter, term, sound); !status)
            return status;
    return {};
}

Status checkBlocks(const TransferPlan& plan)
{
    const std::int64_t wanted = blocksOf(plan.child.shape);
    if (static_cast<std::int64_t>(plan.blocks.size()) != wanted)
        return badPlan(plan, fmt::format("{} blocks, wanted {}", plan.blocks.size(), wanted));
    const auto checkTerms = [&](std::size_t block, const std::vector<SourceTerm>& terms) -> Status {
        for (const SourceTerm& term : terms)
            if (term.parentBlock < 0 || term.parentBlock >= blocksOf(plan.parent.shape))
                return badPlan(plan,
                    fmt::format("block {} comes from block {}, the parent has {}", block,
                        term.parentBlock, blocksOf(plan.parent.shape)));
        return {};
    };
    for (std::size_t block = 0; block < plan.blocks.size(); ++block) {
        if (const Status status = checkTerms(block, plan.blocks[block].terms); !status)
            return status;
        for (const auto& [role, terms] : plan.blocks[block].termsByRole)
            if (const Status status = checkTerms(block, terms); !status)
                return status;
    }
    return {};
}

} // namespace

bool needsWholeHeads(const ModelConfig& config)
{
    return config.flavour.position == PositionKind::Rotary
        || config.shape.heads != config.shape.kvHeads;
}

Status checkPlan(const TransferPlan& plan)
{
    if (const Status status = checkBlocks(plan); !status)
        return status;
    SoundMaps sound;
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (const Status status = checkParameter(plan, spec.id, sound); !status)
            return status;
    for (std::size_t block = 0; block < plan.blocks.size(); ++block)
        for (const SourceTerm& term : plan.blocks[block].terms)
            if (const std::string fault = headFault(plan, plan.blocks[block], term); !fault.empty())
                return badPlan(plan, fmt::format("block {}: {}", block, fault));
    return {};
}

} // namespace espalier
