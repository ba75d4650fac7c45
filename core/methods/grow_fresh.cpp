// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/grow_fresh.h"

#include "core/methods/grow_depth.h"
#include "core/methods/grow_width.h"
#include "core/methods/plan_parts.h"

#include <utility>

namespace espalier {

namespace {

/// Readers of new indices see zeros, so every index may have the same weight.
AxisMap placed(std::int64_t parentLength, std::vector<std::int64_t> indices)
{
    if (std::cmp_equal(indices.size(), parentLength))
        return AxisMap::identity(parentLength);
    AxisMap map = AxisMap::repeat(parentLength, std::move(indices));
    map.readWeight.clear();
    return map;
}

AxisMap ownPlaces(std::int64_t parentLength, std::int64_t childLength)
{
    std::vector<std::int64_t> indices(static_cast<std::size_t>(childLength), kNothing);
    for (std::int64_t i = 0; i < parentLength; ++i)
        indices[static_cast<std::size_t>(i)] = i;
    return placed(parentLength, std::move(indices));
}

/// Each parent head once, groups where one of their heads is.
GrownHeads ownHeads(const ModelShape& parent, const ModelShape& child)
{
    GrownHeads grown = growHeads(parent, child, CopyRule::Circular, {});
    const std::vector<bool> repeats = repeatsIn(grown.heads);
    const std::int64_t perGroup = child.heads / child.kvHeads;
    std::vector<bool> used(grown.groups.size(), false);
    for (std::size_t head = 0; head < repeats.size(); ++head) {
        if (repeats[head])
            grown.heads[head] = kNothing;
        else
            used[head / static_cast<std::size_t>(perGroup)] = true;
    }
    for (std::size_t group = 0; group < used.size(); ++group)
        if (!used[group])
            grown.groups[group] = kNothing;
    return grown;
}

} // namespace

void keepCells(TransferPlan& plan)
{
    const ModelShape& parent = plan.parent.shape;
    const ModelShape& child = plan.child.shape;
    plan.globalMaps[AxisLabel::Residual] = ownPlaces(parent.hidden, child.hidden);
    const GrownHeads kept = ownHeads(parent, child);
    std::map<AxisLabel, AxisMap> maps;
    maps[AxisLabel::Query] =
        placed(parent.heads * parent.headDim, channelsOfHeads(kept.heads, parent.headDim));
    maps[AxisLabel::Context] = maps[AxisLabel::Query];
    maps[AxisLabel::Key] =
        placed(parent.kvHeads * parent.headDim, channelsOfHeads(kept.groups, parent.headDim));
    maps[AxisLabel::Value] = maps[AxisLabel::Key];
    maps[AxisLabel::Head] = placed(parent.heads, kept.heads);
    for (std::size_t j = 0; j < plan.blocks.size(); ++j) {
        const AxisLabel mlp = mlpAxisOf(child, static_cast<std::int64_t>(j));
        plan.blocks[j].maps = maps;
        plan.blocks[j].maps[mlp] = ownPlaces(lengthOf(mlp, parent), lengthOf(mlp, child));
    }
}

} // namespace espalier
