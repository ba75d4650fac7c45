// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Selections, repeats and identities along one dimension of a parameter.

#include "core/axes/axis_map.h"
#include "core/axes/parameter.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier {

/// Maps of a dimension's segments; null means Identity.
using SegmentMaps = std::vector<const AxisMap*>;

/// Child indices one after another that come from parent indices one after another, or (step 0) all
/// from the same.
struct Run
{
    std::int64_t child = 0;
    std::int64_t parent = 0;
    std::int64_t length = 0;
    std::int64_t step = 1;
};

/// Where the indices of one dimension come from, all segments together. Indices of parentLength and
/// beyond are extras: parentLength is a zero, then comes the mean of each segment.
struct Gather
{
    std::vector<std::int64_t> parent_from_child; ///< empty: the dimension is copied as it is
    std::vector<Run> runs; ///< the same; empty where runs are so short that indices serve better
    std::vector<double> factor; ///< empty: all 1
    std::int64_t childLength = 0;
    std::int64_t parentLength = 0;
    bool hasExtras = false;
    std::vector<std::int64_t> meansOver; ///< lengths of the segments; empty: no index is a mean

    [[nodiscard]] std::int64_t parentOf(std::int64_t child) const
    {
        return parent_from_child.empty() ? child
                                         : parent_from_child[static_cast<std::size_t>(child)];
    }
    [[nodiscard]] double factorOf(std::int64_t child) const
    {
        return factor.empty() ? 1.0 : factor[static_cast<std::size_t>(child)];
    }
    /// A parent cell leads here with a factor other than 0.
    [[nodiscard]] bool reaches(std::int64_t child) const
    {
        return factorOf(child) != 0 && parentOf(child) != parentLength;
    }
    [[nodiscard]] std::int64_t extraCount() const
    {
        return hasExtras ? static_cast<std::int64_t>(meansOver.size()) + 1 : 0;
    }
};

/// A vector is a matrix with this row.
[[nodiscard]] inline Gather oneRow()
{
    Gather gather;
    gather.childLength = gather.parentLength = 1;
    return gather;
}

/// No map of the dimension is Dense.
[[nodiscard]] Gather gatherOf(
    const Dim& dim, const SegmentMaps& maps, const ModelShape& parentShape);

/// Writes a row's extras behind its parentLength values; the means are summed in fp64.
void appendExtras(const Gather& gather, float* row);

} // namespace espalier
