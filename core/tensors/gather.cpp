// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/gather.h"

namespace espalier {

namespace {

/// One segment's indices, `offset` parent channels into the dimension.
void append(
    Gather& gather, const AxisMap* map, std::int64_t identityLength, std::int64_t offset, Side side)
{
    const bool identity = !map || map->kind == AxisMap::Kind::Identity;
    const std::int64_t length = identity ? identityLength : map->childLength;
    const bool weighted = !identity && side == Side::Read && !map->readWeight.empty();
    for (std::int64_t i = 0; i < length; ++i) {
        const auto at = static_cast<std::size_t>(i);
        gather.parent_from_child.push_back(offset + (identity ? i : map->child_from_parent[at]));
        gather.factor.push_back(weighted ? map->readWeight[at] : 1.0);
    }
}

} // namespace

Gather gatherOf(const Dim& dim, const SegmentMaps& maps, const ModelShape& parentShape)
{
    Gather gather;
    std::int64_t offset = 0;
    for (std::size_t s = 0; s < dim.segments.size(); ++s) {
        const std::int64_t parentLength = lengthOf(dim.segments[s], parentShape);
        append(gather, maps[s], parentLength, offset, dim.side);
        offset += parentLength;
    }
    gather.childLength = static_cast<std::int64_t>(gather.parent_from_child.size());
    bool inPlace = gather.childLength == offset;
    bool unweighted = true;
    for (std::size_t i = 0; i < gather.factor.size(); ++i) {
        inPlace = inPlace && gather.parent_from_child[i] == static_cast<std::int64_t>(i);
        unweighted = unweighted && gather.factor[i] == 1.0;
    }
    if (inPlace)
        gather.parent_from_child.clear();
    if (unweighted)
        gather.factor.clear();
    return gather;
}

void RowWriter::operator()(const float* source, float* target, double rowFactor) const
{
    const float factor = static_cast<float>(rowFactor);
    if (!cols.factor.empty())
        write(source, target, [&](float& out, float value, std::size_t c) {
            const float product = static_cast<float>(rowFactor * cols.factor[c]) * value;
            out = adds ? out + product : product;
        });
    else if (adds)
        write(source, target,
            [factor](float& out, float value, std::size_t) { out += factor * value; });
    else if (factor != 1.0F)
        write(source, target,
            [factor](float& out, float value, std::size_t) { out = factor * value; });
    else if (cols.parent_from_child.empty())
        std::memcpy(target, source, static_cast<std::size_t>(cols.childLength) * sizeof(float));
    else
        write(source, target, [](float& out, float value, std::size_t) { out = value; });
}

} // namespace espalier
