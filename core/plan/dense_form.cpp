// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/dense_form.h"

#include "core/base/expect.h"

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

std::size_t at(std::int64_t index)
{
    return static_cast<std::size_t>(index);
}

bool isDense(const AxisMap& map)
{
    return map.kind == AxisMap::Kind::Dense;
}

/// Heads that share a key/value head, and where their channels lie on the Context axis.
struct Grouping
{
    std::int64_t perGroup = 1;
    std::int64_t headDim = 1;

    /// Channel `channel` of the Value axis as head `head` of its group has it.
    [[nodiscard]] std::int64_t contextOf(std::int64_t channel, std::int64_t head) const
    {
        return (channel / headDim * perGroup + head) * headDim + channel % headDim;
    }
};

Grouping groupingOf(const ModelShape& shape)
{
    return {.perGroup = shape.heads / shape.kvHeads, .headDim = shape.headDim};
}

/// Calls visit(context row, value row, parent's head in its group) for every context row.
template <typename Visit>
void visitRows(std::int64_t valueRows, const Grouping& from, const Grouping& to, const Visit& visit)
{
    for (std::int64_t row = 0; row < valueRows; ++row)
        for (std::int64_t head = 0; head < to.perGroup; ++head)
            visit(to.contextOf(row, head), row, head % from.perGroup);
}

AxisMap repeatedDense(const AxisMap& value, const ModelShape& parent, const ModelShape& child)
{
    const Grouping from = groupingOf(parent);
    Matrix repeated{.rows = child.heads * child.headDim, .cols = parent.heads * parent.headDim};
    repeated.values.resize(at(repeated.rows * repeated.cols));
    std::vector<std::int64_t> unitRows(
        value.child_from_parent.empty() ? 0 : at(repeated.rows), kNothing);
    visitRows(value.childLength, from, groupingOf(child),
        [&](std::int64_t target, std::int64_t row, std::int64_t head) {
            for (std::int64_t col = 0; col < value.parentLength; ++col)
                repeated.values[at(target * repeated.cols + from.contextOf(col, head))] =
                    value.write.at(row, col);
            if (!unitRows.empty() && value.child_from_parent[at(row)] != kNothing)
                unitRows[at(target)] = from.contextOf(value.child_from_parent[at(row)], head);
        });
    return AxisMap::dense(std::move(repeated), std::move(unitRows));
}

AxisMap repeatedIdentity(const ModelShape& parent, const ModelShape& child)
{
    if (parent.heads == child.heads)
        return AxisMap::identity(parent.heads * parent.headDim);
    const Grouping from = groupingOf(parent);
    AxisMap map{.kind = AxisMap::Kind::Repeat,
        .parentLength = parent.heads * parent.headDim,
        .childLength = child.heads * child.headDim};
    map.child_from_parent.resize(at(map.childLength));
    visitRows(parent.kvHeads * parent.headDim, from, groupingOf(child),
        [&](std::int64_t target, std::int64_t row, std::int64_t head) {
            map.child_from_parent[at(target)] = from.contextOf(row, head);
        });
    return map;
}

} // namespace

AxisMap repeatedOverGroups(const AxisMap& value, const ModelShape& parent, const ModelShape& child)
{
    const bool grouped = parent.heads != parent.kvHeads || child.heads != child.kvHeads;
    if (!grouped)
        return value;
    ESPALIER_EXPECT(
        isDense(value) ? value.read.values.empty() : value.kind == AxisMap::Kind::Identity,
        "values are kept, or mixed by one matrix");
    return isDense(value) ? repeatedDense(value, parent, child) : repeatedIdentity(parent, child);
}

Matrix matrixOf(const AxisMap& map, Side side)
{
    if (isDense(map))
        return map.face(side);
    Matrix matrix{.rows = map.childLength, .cols = map.parentLength};
    matrix.values.resize(at(matrix.rows * matrix.cols));
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
        const std::int64_t parent =
            map.kind == AxisMap::Kind::Identity ? row : map.child_from_parent[at(row)];
        const double weight = map.weightOf(row, side);
        const auto begin = matrix.values.begin() + row * matrix.cols;
        if (parent >= 0)
            begin[parent] = weight;
        else if (parent == kMeanOfAxis)
            std::fill_n(begin, matrix.cols, weight / static_cast<double>(matrix.cols));
    }
    return matrix;
}

TransferPlan denseForm(TransferPlan plan)
{
    const auto convert = [](std::map<AxisLabel, AxisMap>& maps) {
        for (auto& [label, map] : maps)
            if (!isOfTask(label)
                && (map.kind == AxisMap::Kind::Select || map.kind == AxisMap::Kind::Repeat))
                map = AxisMap::dense(matrixOf(map, Side::Write), matrixOf(map, Side::Read));
    };
    convert(plan.globalMaps);
    for (DestinationBlock& block : plan.blocks) {
        convert(block.maps);
        for (SourceTerm& term : block.terms)
            convert(term.maps);
        for (auto& [role, terms] : block.termsByRole)
            for (SourceTerm& term : terms)
                convert(term.maps);
    }
    return plan;
}

} // namespace espalier
