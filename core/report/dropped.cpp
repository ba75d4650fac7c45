// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/dropped.h"

#include <algorithm>

namespace espalier {
namespace {

std::size_t index(std::int64_t i)
{
    return static_cast<std::size_t>(i);
}

bool isFresh(const TransferPlan& plan)
{
    return std::all_of(plan.blocks.begin(), plan.blocks.end(), [](const DestinationBlock& block) {
        return block.terms.empty() && block.termsByRole.empty();
    });
}

template <typename Visit> void visitTerms(const TransferPlan& plan, const Visit& visit)
{
    for (const DestinationBlock& block : plan.blocks) {
        for (const SourceTerm& term : block.terms)
            visit(block, term);
        for (const auto& [role, terms] : block.termsByRole)
            for (const SourceTerm& term : terms)
                visit(block, term);
    }
}

const AxisMap* find(const std::map<AxisLabel, AxisMap>& maps, AxisLabel label)
{
    const auto found = maps.find(label);
    return found == maps.end() ? nullptr : &found->second;
}

} // namespace

std::vector<bool> usedBy(const AxisMap* map, std::int64_t parentLength)
{
    if (map == nullptr || map->kind == AxisMap::Kind::Identity)
        return std::vector<bool>(index(parentLength), true);
    std::vector<bool> used(index(parentLength), false);
    for (const std::int64_t parent : map->child_from_parent)
        if (parent >= 0)
            used[index(parent)] = true;
    if (map->kind != AxisMap::Kind::Dense
        || std::find(used.begin(), used.end(), false) == used.end())
        return used;
    for (std::int64_t child = 0; child < map->write.rows; ++child)
        for (std::int64_t parent = 0; parent < map->write.cols; ++parent)
            if (map->write.at(child, parent) != 0)
                used[index(parent)] = true;
    return used;
}

std::vector<bool> droppedBlocks(const TransferPlan& plan)
{
    std::vector<bool> dropped(index(plan.parent.shape.layers), true);
    visitTerms(plan, [&](const DestinationBlock&, const SourceTerm& term) {
        if (term.parentBlock < plan.parent.shape.layers) // class-attention blocks lie beyond
            dropped[index(term.parentBlock)] = false;
    });
    return dropped;
}

std::vector<bool> droppedResidual(const TransferPlan& plan)
{
    const std::int64_t hidden = plan.parent.shape.hidden;
    if (isFresh(plan))
        return std::vector<bool>(index(hidden), true);
    std::vector<bool> dropped = usedBy(find(plan.globalMaps, AxisLabel::Residual), hidden);
    dropped.flip();
    return dropped;
}

std::vector<bool> droppedPerBlock(const TransferPlan& plan, AxisLabel label)
{
    const std::int64_t length = lengthOf(label, plan.parent.shape);
    std::vector<bool> dropped(index(plan.parent.shape.layers * length), true);
    visitTerms(plan, [&](const DestinationBlock& block, const SourceTerm& term) {
        const AxisMap* const own = find(term.maps, label);
        const std::vector<bool> used = usedBy(own ? own : find(block.maps, label), length);
        if (term.parentBlock >= plan.parent.shape.layers)
            return;
        const std::size_t start = index(term.parentBlock * length);
        for (std::size_t i = 0; i < used.size(); ++i)
            if (used[i])
                dropped[start + i] = false;
    });
    return dropped;
}

std::vector<bool> droppedHeads(const TransferPlan& plan)
{
    const std::vector<bool> channels = droppedPerBlock(plan, AxisLabel::Context);
    const std::size_t size = index(std::max<std::int64_t>(plan.parent.shape.headDim, 1));
    std::vector<bool> dropped(channels.size() / size, true);
    for (std::size_t i = 0; i < dropped.size() * size; ++i)
        if (!channels[i])
            dropped[i / size] = false;
    return dropped;
}

} // namespace espalier
