// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Selections, repeats and identities along one dimension of a parameter.

#include "core/axes/axis_map.h"
#include "core/axes/parameter.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace espalier {

/// Maps of a dimension's segments; null means Identity.
using SegmentMaps = std::vector<const AxisMap*>;

/// Where the indices of one dimension come from, all segments together. Indices of parentLength and
/// beyond are extras: parentLength is a zero, then comes the mean of each segment.
struct Gather
{
    std::vector<std::int64_t> parent_from_child; ///< empty: the dimension is copied as it is
    std::vector<double> factor; ///< empty: all 1
    std::int64_t childLength = 0;
    std::int64_t parentLength = 0;
    std::vector<std::int64_t> extras; ///< lengths of the segments; empty: no index is an extra

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
        return extras.empty() ? 0 : static_cast<std::int64_t>(extras.size()) + 1;
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

/// What is done with a gathered row: target = float(rowFactor * cols.factor) * source, or added to
/// it. A factor of exactly 1 multiplies nothing.
struct RowWriter
{
    const Gather& cols;
    bool adds = false;

    void operator()(const float* source, float* target, double rowFactor) const;

private:
    template <typename Combine>
    void write(const float* source, float* target, const Combine& combine) const
    {
        const std::size_t n = static_cast<std::size_t>(cols.childLength);
        if (cols.parent_from_child.empty())
            for (std::size_t c = 0; c < n; ++c)
                combine(target[c], source[c], c);
        else
            for (std::size_t c = 0; c < n; ++c)
                combine(target[c], source[cols.parent_from_child[c]], c);
    }
};

} // namespace espalier
