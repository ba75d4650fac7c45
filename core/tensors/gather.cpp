// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/gather.h"

namespace espalier {

namespace {

/// The place of a segment's index in the dimension.
std::int64_t placeOf(
    std::int64_t index, std::int64_t offset, std::size_t segment, std::int64_t parentLength)
{
    if (index >= 0)
        return offset + index;
    return index == kNothing ? parentLength : parentLength + 1 + static_cast<std::int64_t>(segment);
}

/// Does `next` go on where the run ends? A run of one takes either step.
bool continues(Run& run, std::int64_t next)
{
    if (run.length == 1 && next == run.parent)
        run.step = 0;
    return next == run.parent + run.step * run.length;
}

std::vector<Run> runsOf(const std::vector<std::int64_t>& parent_from_child)
{
    constexpr std::size_t kWorthwhile = 8; // indices per run
    std::vector<Run> runs;
    for (std::size_t i = 0; i < parent_from_child.size(); ++i) {
        const std::int64_t parent = parent_from_child[i];
        if (!runs.empty() && continues(runs.back(), parent))
            ++runs.back().length;
        else
            runs.push_back({.child = static_cast<std::int64_t>(i), .parent = parent, .length = 1});
    }
    return runs.size() * kWorthwhile <= parent_from_child.size() ? runs : std::vector<Run>();
}

bool isPlainCopy(const Gather& gather)
{
    if (gather.childLength != gather.parentLength)
        return false;
    for (std::int64_t i = 0; i < gather.childLength; ++i)
        if (gather.parentOf(i) != i)
            return false;
    return true;
}

} // namespace

Gather gatherOf(const Dim& dim, const SegmentMaps& maps, const ModelShape& parentShape)
{
    Gather gather;
    gather.parentLength = lengthOf(dim, parentShape);
    bool weighted = false;
    bool hasMeans = false;
    std::int64_t offset = 0;
    for (std::size_t s = 0; s < dim.segments.size(); ++s) {
        const std::int64_t length = lengthOf(dim.segments[s], parentShape);
        const AxisMap* const map =
            maps[s] && maps[s]->kind != AxisMap::Kind::Identity ? maps[s] : nullptr;
        for (std::int64_t i = 0; i < (map ? map->childLength : length); ++i) {
            const std::int64_t index =
                map ? map->child_from_parent[static_cast<std::size_t>(i)] : i;
            const double factor = map ? map->weightOf(i, dim.side) : 1.0;
            weighted = weighted || factor != 1.0;
            gather.hasExtras = gather.hasExtras || index < 0;
            hasMeans = hasMeans || (index < 0 && index != kNothing);
            gather.parent_from_child.push_back(placeOf(index, offset, s, gather.parentLength));
            gather.factor.push_back(factor);
        }
        offset += length;
        gather.meansOver.push_back(length);
    }
    gather.childLength = static_cast<std::int64_t>(gather.parent_from_child.size());
    if (!hasMeans)
        gather.meansOver.clear();
    if (!weighted)
        gather.factor.clear();
    if (isPlainCopy(gather))
        gather.parent_from_child.clear();
    gather.runs = runsOf(gather.parent_from_child);
    return gather;
}

void appendExtras(const Gather& gather, float* row)
{
    float* extra = row + gather.parentLength;
    *extra++ = 0;
    for (const std::int64_t length : gather.meansOver) {
        double sum = 0;
        for (std::int64_t i = 0; i < length; ++i)
            sum += static_cast<double>(row[i]);
        *extra++ = static_cast<float>(sum / static_cast<double>(length));
        row += length;
    }
}

} // namespace espalier
