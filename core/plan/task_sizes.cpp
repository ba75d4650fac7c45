// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/task_sizes.h"

#include "core/base/expect.h"
#include "core/plan/resample_grid.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

namespace espalier {

namespace {

AxisMap firstOnes(std::int64_t from, std::int64_t to)
{
    std::vector<std::int64_t> kept(static_cast<std::size_t>(to));
    std::iota(kept.begin(), kept.end(), 0);
    return AxisMap::select(from, std::move(kept));
}

AxisMap vocabMap(std::int64_t from, std::int64_t to)
{
    if (to <= from)
        return firstOnes(from, to);
    AxisMap map{.kind = AxisMap::Kind::Repeat, .parentLength = from, .childLength = to};
    map.child_from_parent.assign(static_cast<std::size_t>(to), kMeanOfAxis);
    map.readWeight.assign(static_cast<std::size_t>(to), 0); // a mean can only be written
    for (std::size_t row = 0; row < static_cast<std::size_t>(from); ++row) {
        map.child_from_parent[row] = static_cast<std::int64_t>(row);
        map.readWeight[row] = 1;
    }
    return map;
}

/// Rows before position 0 stay.
AxisMap positionMap(std::int64_t spare, std::int64_t from, std::int64_t to)
{
    if (to <= from)
        return firstOnes(spare + from, spare + to);
    std::vector<std::int64_t> rows(static_cast<std::size_t>(spare + to));
    for (std::int64_t row = 0; row < spare + to; ++row)
        rows[static_cast<std::size_t>(row)] = row < spare ? row : spare + (row - spare) % from;
    return AxisMap::repeat(spare + from, std::move(rows));
}

AxisMap imageMap(const ModelShape& parent, const ModelShape& child)
{
    const auto gridOf = [](const ModelShape& shape) {
        return PositionGrid{.height = shape.imageHeight / shape.patchHeight,
            .width = shape.imageWidth / shape.patchWidth};
    };
    const PositionGrid from = gridOf(parent);
    return resampledPositions(from, gridOf(child), parent.positions - from.height * from.width);
}

void drawHeads(TransferPlan& plan)
{
    for (const Role role : {Role::HeadWeight, Role::HeadBias, Role::DistillationHeadWeight,
             Role::DistillationHeadBias})
        if (const ParameterId id{role, -1}; hasParameter(plan.child, id)) {
            const FreshInit init = freshInit(plan.child, parameterOf(plan.child, id));
            plan.rules[id] = {.fresh = true, .noise = Noise{init.mean, init.std}};
        }
}

bool hasOtherImage(const ModelShape& parent, const ModelShape& shape)
{
    return shape.imageHeight != parent.imageHeight || shape.imageWidth != parent.imageWidth;
}

} // namespace

void setTaskSizes(TransferPlan& plan, const ModelShape& shape)
{
    const ModelShape& parent = plan.parent.shape;
    ESPALIER_EXPECT(resized(plan.child.shape, shape) == plan.child.shape,
        "a plan is made for the trunk that it is to have");
    plan.child = destinationConfig(std::move(plan.child), shape);
    if (shape.vocab != parent.vocab)
        plan.globalMaps[AxisLabel::Vocab] = vocabMap(parent.vocab, shape.vocab);
    const bool hasTable = hasParameter(plan.child, {Role::PositionEmbedding, -1});
    if (hasOtherImage(parent, shape))
        plan.globalMaps[AxisLabel::Position] = imageMap(parent, shape);
    else if (hasTable && shape.positions != parent.positions)
        plan.globalMaps[AxisLabel::Position] =
            positionMap(parent.sparePositions, parent.positions, shape.positions);
    if (shape.classes != parent.classes)
        drawHeads(plan);
}

std::string taskDifference(const ModelShape& parent, const ModelShape& shape)
{
    if (shape.classes != parent.classes)
        return fmt::format("the head is drawn anew for {} classes", shape.classes);
    if (hasOtherImage(parent, shape))
        return fmt::format(
            "positions are resampled for images of {} x {}", shape.imageHeight, shape.imageWidth);
    if (shape.vocab > parent.vocab)
        return fmt::format(
            "its logits are the parent's and those of tokens from {} on", parent.vocab);
    if (shape.vocab < parent.vocab)
        return fmt::format(
            "its logits are the parent's but for those of tokens from {} on", shape.vocab);
    return {};
}

} // namespace espalier
