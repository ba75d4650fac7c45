// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/axis_map.h"

#include "core/base/expect.h"

#include <algorithm>
#include <utility>

namespace espalier {
namespace {

/// How often each parent index is used, kNothing not counted; any other index outside the axis is
/// our bug.
std::vector<std::int64_t> copiesOf(
    std::int64_t parentLength, const std::vector<std::int64_t>& child_from_parent)
{
    std::vector<std::int64_t> copies(static_cast<std::size_t>(parentLength), 0);
    for (const std::int64_t index : child_from_parent) {
        if (index == kNothing)
            continue;
        ESPALIER_EXPECT(
            index >= 0 && index < parentLength, "an axis map's indices lie in the parent's axis");
        ++copies[static_cast<std::size_t>(index)];
    }
    return copies;
}

bool hasAllValues(const Matrix& matrix)
{
    return std::cmp_equal(matrix.values.size(), matrix.rows * matrix.cols);
}

} // namespace

AxisMap AxisMap::identity(std::int64_t length)
{
    return {.kind = Kind::Identity, .parentLength = length, .childLength = length};
}

AxisMap AxisMap::select(std::int64_t parentLength, std::vector<std::int64_t> child_from_parent)
{
    for (const std::int64_t count : copiesOf(parentLength, child_from_parent))
        ESPALIER_EXPECT(count <= 1, "a selection takes every parent index at most once");
    ESPALIER_EXPECT(std::find(child_from_parent.begin(), child_from_parent.end(), kNothing)
            == child_from_parent.end(),
        "a selection takes parent indices alone");
    const auto length = static_cast<std::int64_t>(child_from_parent.size());
    return {.kind = Kind::Select,
        .parentLength = parentLength,
        .childLength = length,
        .child_from_parent = std::move(child_from_parent)};
}

AxisMap AxisMap::repeat(std::int64_t parentLength, std::vector<std::int64_t> child_from_parent)
{
    const std::vector<std::int64_t> copies = copiesOf(parentLength, child_from_parent);
    std::vector<double> readWeight;
    readWeight.reserve(child_from_parent.size());
    for (const std::int64_t index : child_from_parent)
        readWeight.push_back(index == kNothing
                ? 0.0
                : 1.0 / static_cast<double>(copies[static_cast<std::size_t>(index)]));
    const auto length = static_cast<std::int64_t>(child_from_parent.size());
    return {.kind = Kind::Repeat,
        .parentLength = parentLength,
        .childLength = length,
        .child_from_parent = std::move(child_from_parent),
        .readWeight = std::move(readWeight)};
}

AxisMap AxisMap::dense(Matrix write, Matrix read)
{
    ESPALIER_EXPECT(hasAllValues(write) && hasAllValues(read), "a matrix has rows * cols values");
    ESPALIER_EXPECT(
        write.rows == read.rows && write.cols == read.cols, "both faces map between the same axes");
    return {.kind = Kind::Dense,
        .parentLength = write.cols,
        .childLength = write.rows,
        .write = std::move(write),
        .read = std::move(read)};
}

AxisMap AxisMap::dense(Matrix both, std::vector<std::int64_t> unitRows)
{
    ESPALIER_EXPECT(hasAllValues(both), "a matrix has rows * cols values");
    return {.kind = Kind::Dense,
        .parentLength = both.cols,
        .childLength = both.rows,
        .child_from_parent = std::move(unitRows),
        .write = std::move(both)};
}

std::vector<std::int64_t> channelsOfHeads(
    const std::vector<std::int64_t>& heads, std::int64_t headDim)
{
    std::vector<std::int64_t> channels;
    channels.reserve(heads.size() * static_cast<std::size_t>(headDim));
    for (const std::int64_t head : heads)
        for (std::int64_t channel = 0; channel < headDim; ++channel)
            channels.push_back(head == kNothing ? kNothing : head * headDim + channel);
    return channels;
}

} // namespace espalier
