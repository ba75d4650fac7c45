// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// A plain row-major matrix of doubles: plans hold learned operators without any tensor library.
struct Matrix
{
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<double> values;

    [[nodiscard]] double at(std::int64_t row, std::int64_t col) const
    {
        return values[static_cast<std::size_t>(row * cols + col)];
    }
    friend bool operator==(const Matrix&, const Matrix&) = default;
};

/// How a destination's axis is made from the parent's; two-faced (see Side).
///
///   Identity  the same axis
///   Select    child index j is parent index child_from_parent[j]; both faces alike, no repeats
///   Repeat    as Select with repeats; the reading face multiplies index j by readWeight[j]
///   (1/copies keeps sums) Dense     writers are multiplied by `write`, readers by `read`, both
///   [child, parent] (LiGO: the same matrix)
struct AxisMap
{
    enum class Kind
    {
        Identity,
        Select,
        Repeat,
        Dense
    };

    Kind kind = Kind::Identity;
    std::int64_t parentLength = 0;
    std::int64_t childLength = 0;
    std::vector<std::int64_t> child_from_parent = {};
    std::vector<double> readWeight = {};
    Matrix write = {};
    Matrix read = {};

    friend bool operator==(const AxisMap&, const AxisMap&) = default;

    [[nodiscard]] static AxisMap identity(std::int64_t length);
    /// Indices must be distinct and inside the parent's axis (our bug otherwise).
    [[nodiscard]] static AxisMap select(
        std::int64_t parentLength, std::vector<std::int64_t> child_from_parent);
    /// Indices inside the parent's axis; readers are divided by the number of copies.
    [[nodiscard]] static AxisMap repeat(
        std::int64_t parentLength, std::vector<std::int64_t> child_from_parent);
    [[nodiscard]] static AxisMap dense(Matrix write, Matrix read);
};

/// Channel indices of whole heads: heads {2, 0} of size 3 are {6, 7, 8, 0, 1, 2}.
[[nodiscard]] std::vector<std::int64_t> channelsOfHeads(
    const std::vector<std::int64_t>& heads, std::int64_t headDim);

} // namespace espalier
