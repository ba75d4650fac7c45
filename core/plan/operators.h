// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <optional>
#include <vector>

namespace espalier {

/// The block (-1: the network) and the label of a map.
struct MapPlace
{
    int block = -1;
    AxisLabel label = AxisLabel::Residual;
    friend bool operator==(const MapPlace&, const MapPlace&) = default;
};

/// The numbers of one Dense map that data may tune: the rows that are no unit rows.
struct WidthOperator
{
    Side side = Side::Write; ///< Read: the reading matrix of a map that has two
    /// Maps that hold it, the first of which names it: equal maps of other blocks with the same
    /// label follow, and Context maps that repeat a Value map (repeatedOverGroups).
    std::vector<MapPlace> places;
    std::vector<std::int64_t> unitRows; ///< see AxisMap; empty: every row is free
    Matrix free; ///< [free rows, parent]
    friend bool operator==(const WidthOperator&, const WidthOperator&) = default;
};

/// The weights of source blocks for one role, of destination blocks that have several.
struct DepthOperator
{
    std::optional<Role> role; ///< none: all roles without terms of their own
    std::optional<AxisLabel> label; ///< of the rows, where a role's labels are weighted apart
    Matrix weights; ///< [destination blocks, parent blocks]; 0 where the plan has no such term
    friend bool operator==(const DepthOperator&, const DepthOperator&) = default;
};

/// Everything in a plan that data may tune (LiGO, arXiv 2303.00980, section 3): R_width and
/// L_depth of M = L_depth R_width.
struct Operators
{
    std::vector<WidthOperator> width;
    std::vector<DepthOperator> depth;

    [[nodiscard]] bool empty() const
    {
        return width.empty() && depth.empty();
    }
    friend bool operator==(const Operators&, const Operators&) = default;
};

/// "block 3, query", "residual, reading": for messages and tables.
[[nodiscard]] std::string nameOf(const WidthOperator& width);
/// "attention.qkv.weight, query", "all roles".
[[nodiscard]] std::string nameOf(const DepthOperator& depth);

/// In a fixed order: network, blocks, labels; then roles. Axes of the task are not among them.
[[nodiscard]] Operators operatorsOf(const TransferPlan& plan);

/// The plan with other numbers in the same places. Refused, naming the operator, found and wanted,
/// unless `operators` has exactly the places and sizes of operatorsOf(plan) and finite values.
[[nodiscard]] Result<TransferPlan> withOperators(
    const TransferPlan& plan, const Operators& operators);

/// Euclidean distance of all numbers, each tied one counted once; places and sizes are equal.
[[nodiscard]] double distanceOf(const Operators& a, const Operators& b);
[[nodiscard]] double distanceOf(const Matrix& a, const Matrix& b);
[[nodiscard]] double normOf(const Matrix& matrix);

} // namespace espalier
