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
    std::vector<double> values = {};

    [[nodiscard]] double at(std::int64_t row, std::int64_t col) const
    {
        return values[static_cast<std::size_t>(row * cols + col)];
    }
    friend bool operator==(const Matrix&, const Matrix&) = default;
};

/// Entries of AxisMap::child_from_parent that are no parent index.
inline constexpr std::int64_t kNothing = -1; ///< zero
inline constexpr std::int64_t kMeanOfAxis = -2; ///< the mean over the parent's axis (LEMON pads so)

/// How a destination's axis is made from the parent's; two-faced (see Side).
///
///   Identity  the same axis
///   Select    child index j is parent index child_from_parent[j]; both faces alike, no repeats
///   Repeat    as Select, but indices may repeat or be kNothing or kMeanOfAxis, and each face
///             multiplies index j by its weight: readWeight 1/copies keeps sums over copies,
///             writeWeight 0 leaves index j to another term
///   Dense     writers are multiplied by `write`, readers by `read`, both [child, parent]; LiGO's
///             are one matrix, and then `read` is empty. If child_from_parent is not empty, row j
///             of both is the unit row of parent index child_from_parent[j] and stays so while the
///             map is learned; rows of kNothing are free
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
    std::vector<double> readWeight = {}; ///< Repeat; empty: all 1
    std::vector<double> writeWeight = {}; ///< Repeat; empty: all 1
    Matrix write = {};
    Matrix read = {};

    friend bool operator==(const AxisMap&, const AxisMap&) = default;

    [[nodiscard]] static AxisMap identity(std::int64_t length);
    /// Indices must be distinct and inside the parent's axis (our bug otherwise).
    [[nodiscard]] static AxisMap select(
        std::int64_t parentLength, std::vector<std::int64_t> child_from_parent);
    /// Indices inside the parent's axis, or kNothing; readers are divided by the number of copies.
    [[nodiscard]] static AxisMap repeat(
        std::int64_t parentLength, std::vector<std::int64_t> child_from_parent);
    [[nodiscard]] static AxisMap dense(Matrix write, Matrix read);
    /// The same matrix for both faces; see Dense for `unitRows`.
    [[nodiscard]] static AxisMap dense(Matrix both, std::vector<std::int64_t> unitRows = {});

    /// The matrix of this side; of Dense maps alone.
    [[nodiscard]] const Matrix& face(Side side) const
    {
        return side == Side::Read && !read.values.empty() ? read : write;
    }

    /// What this face multiplies child index j by; not of Dense maps.
    [[nodiscard]] double weightOf(std::int64_t j, Side side) const
    {
        const std::vector<double>& weights = side == Side::Read ? readWeight : writeWeight;
        return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(j)];
    }
};

/// Channel indices of whole heads: heads {2, 0} of size 3 are {6, 7, 8, 0, 1, 2}.
/// kNothing stands for a head that comes from nothing, and gives kNothing.
[[nodiscard]] std::vector<std::int64_t> channelsOfHeads(
    const std::vector<std::int64_t>& heads, std::int64_t headDim);

} // namespace espalier
