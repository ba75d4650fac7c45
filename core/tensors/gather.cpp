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
    bool hasExtras = false;
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
            hasExtras = hasExtras || index < 0;
            gather.parent_from_child.push_back(placeOf(index, offset, s, gather.parentLength));
            gather.factor.push_back(factor);
        }
        offset += length;
        gather.extras.push_back(length);
    }
    gather.childLength = static_cast<std::int64_t>(gather.parent_from_child.size());
    if (!hasExtras)
        gather.extras.clear();
    if (!weighted)
        gather.factor.clear();
    if (isPlainCopy(gather))
        gather.parent_from_child.clear();
    return gather;
}

void appendExtras(const Gather& gather, float* row)
{
    float* extra = row + gather.parentLength;
    *extra++ = 0;
    for (const std::int64_t length : gather.extras) {
        double sum = 0;
        for (std::int64_t i = 0; i < length; ++i)
            sum += static_cast<double>(row[i]);
        *extra++ = static_cast<float>(sum / static_cast<double>(length));
        row += length;
    }
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
