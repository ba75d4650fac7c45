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

namespace {

/// Flags of an axis that parent blocks [first, end) have.
std::vector<bool> droppedIn(
    const TransferPlan& plan, AxisLabel label, std::int64_t first, std::int64_t end)
{
    const std::int64_t length = lengthOf(label, plan.parent.shape);
    std::vector<bool> dropped(index((end - first) * length), true);
    visitTerms(plan, [&](const DestinationBlock& block, const SourceTerm& term) {
        if (term.parentBlock < first || term.parentBlock >= end)
            return;
        const AxisMap* const own = find(term.maps, label);
        const std::vector<bool> used = usedBy(own ? own : find(block.maps, label), length);
        const std::size_t start = index((term.parentBlock - first) * length);
        for (std::size_t i = 0; i < used.size(); ++i)
            if (used[i])
                dropped[start + i] = false;
    });
    return dropped;
}

} // namespace

std::vector<bool> droppedBlocks(const TransferPlan& plan)
{
    std::vector<bool> dropped(index(blocksOf(plan.parent.shape)), true);
    visitTerms(plan, [&](const DestinationBlock&, const SourceTerm& term) {
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
    const ModelShape& shape = plan.parent.shape;
    return label == AxisLabel::ClassMlp ? droppedIn(plan, label, shape.layers, blocksOf(shape))
                                        : droppedIn(plan, label, 0, shape.layers);
}

std::vector<bool> droppedMlpUnits(const TransferPlan& plan)
{
    const ModelShape& shape = plan.parent.shape;
    const std::int64_t behind = shape.classLayers > 0 ? shape.classMlp : 0;
    const std::int64_t width = std::max(shape.mlp, behind);
    std::vector<bool> all;
    const auto append = [&](const std::vector<bool>& flags, std::int64_t blocks,
                            std::int64_t units) {
        for (std::int64_t block = 0; block < blocks; ++block)
            for (std::int64_t unit = 0; unit < width; ++unit)
                all.push_back(unit < units && flags[index(block * units + unit)]);
    };
    append(droppedPerBlock(plan, AxisLabel::Mlp), shape.layers, shape.mlp);
    if (behind > 0)
        append(droppedPerBlock(plan, AxisLabel::ClassMlp), shape.classLayers, behind);
    return all;
}

std::vector<bool> droppedHeads(const TransferPlan& plan)
{
    const std::vector<bool> channels =
        droppedIn(plan, AxisLabel::Context, 0, blocksOf(plan.parent.shape));
    const std::size_t size = index(std::max<std::int64_t>(plan.parent.shape.headDim, 1));
    std::vector<bool> dropped(channels.size() / size, true);
    for (std::size_t i = 0; i < dropped.size() * size; ++i)
        if (!channels[i])
            dropped[i / size] = false;
    return dropped;
}

} // namespace espalier
