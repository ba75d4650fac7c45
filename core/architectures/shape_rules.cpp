// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/shape_rules.h"

#include "core/architectures/catalog.h"
#include "core/architectures/task_rules.h"
#include "core/base/expect.h"

#include <fmt/format.h>

#include <cmath>
#include <tuple>
#include <utility>

namespace espalier {
namespace {

constexpr std::int64_t kMaxWidthGrowth = 8;
constexpr std::int64_t kMaxDepthGrowth = 4;

std::int64_t growthOf(Size size)
{
    return size == Size::Layers ? kMaxDepthGrowth : kMaxWidthGrowth;
}

const Moves& movesOf(const ShapeBounds& bounds, Size size)
{
    return size == Size::Layers ? bounds.reach.depth : bounds.reach.width;
}

/// What a size of the task is while nobody asks for another.
std::int64_t unasked(const ShapeBounds& bounds, const ModelShape& shape, Size size)
{
    const ModelShape& parent = parentOf(bounds);
    if (size != Size::Positions || hasOwn(parent, size))
        return get(parent, size);
    ModelShape following = shape;
    set(following, Size::Image, shape.imageHeight);
    return destinationShape(parent, following).positions;
}

/// Sizes of the task: whatever the method reaches, and the parent's own in any case.
std::optional<Broken> brokenTask(const ShapeBounds& bounds, const ModelShape& shape, Size size)
{
    const std::int64_t value = get(shape, size);
    if (value == unasked(bounds, shape, size))
        return std::nullopt;
    const TaskRule rule = taskRuleOf(*bounds.parent, size, bounds.tokens);
    if (value < rule.low)
        return Broken{size, rule.whyLow, rule.low, rule.low};
    if (value > rule.high)
        return Broken{size, rule.whyHigh, rule.high, rule.high};
    if (value % rule.step == 0)
        return std::nullopt;
    const std::int64_t below = value / rule.step * rule.step;
    return Broken{size, rule.whyStep, below, below + rule.step};
}

/// Methods that repeat whole axes reach whole multiples.
std::optional<Broken> brokenMultiples(const ShapeBounds& bounds, const ModelShape& shape, Size size)
{
    const std::int64_t parent = get(parentOf(bounds), size);
    const std::int64_t value = get(shape, size);
    if (!movesOf(bounds, size).multiples || size == Size::HeadDim || value % parent == 0)
        return std::nullopt;
    const Range range = rangeOf(bounds, size);
    const std::int64_t below = value / parent * parent;
    return Broken{size,
        fmt::format("the method repeats whole axes, so {} must be a multiple of the parent's {}",
            nameOf(size), parent),
        std::max(below, parent), std::min(below + parent, range.high)};
}

/// Hidden is heads * head-dim, exactly.
std::optional<Broken> brokenHeads(const ShapeBounds& bounds, const ModelShape& shape, Size asked)
{
    const auto [hidden, heads, headDim] = std::tuple(shape.hidden, shape.heads, shape.headDim);
    if (hidden % headDim == 0 && hidden / headDim == heads)
        return std::nullopt;
    if (!bounds.reach.keepsHeadDim && (asked == Size::Heads || asked == Size::HeadDim)
        && hidden % get(shape, asked) != 0)
        return Broken{
            asked, fmt::format("{} must divide hidden {}", nameOf(asked), hidden), 1, hidden};
    if (hidden % headDim != 0) {
        const Range range = rangeOf(bounds, Size::Hidden);
        const std::int64_t below = hidden / headDim * headDim;
        const std::int64_t above = below + headDim;
        return Broken{Size::Hidden,
            fmt::format("heads {} size {}, so hidden must be a multiple of {}",
                bounds.reach.keepsHeadDim ? "keep their" : "have", headDim, headDim),
            below < std::max(range.low, headDim) ? above : below,
            above > range.high ? below : above};
    }
    return Broken{Size::Heads,
        fmt::format("hidden {} is {} heads of size {}", hidden, hidden / headDim, headDim),
        hidden / headDim, hidden / headDim};
}

/// Where hidden and heads are free of each other but for this.
std::optional<Broken> brokenMultiple(const ModelShape& shape)
{
    if (shape.hidden % shape.heads == 0)
        return std::nullopt;
    const std::int64_t below = shape.hidden / shape.heads * shape.heads;
    return Broken{Size::Hidden,
        fmt::format("stock loaders want a multiple of the {} heads", shape.heads),
        std::max(below, shape.heads), below + shape.heads};
}

/// Rotary embeddings turn channels in pairs.
std::optional<Broken> brokenRotation(const ShapeBounds& bounds, const ModelShape& shape)
{
    const Flavour& flavour = bounds.parent->flavour;
    if (flavour.position != PositionKind::Rotary)
        return std::nullopt;
    const auto fits = [&](std::int64_t headDim) {
        const std::int64_t dim = rotaryDimOf(flavour, headDim);
        return dim >= 2 && dim % 2 == 0;
    };
    if (fits(shape.headDim))
        return std::nullopt;
    const Range range = rangeOf(bounds, Size::HeadDim);
    std::int64_t below = shape.headDim;
    std::int64_t above = shape.headDim;
    while (below >= range.low && !fits(below))
        --below;
    while (above <= range.high && !fits(above))
        ++above;
    return Broken{Size::HeadDim,
        fmt::format("rotary embeddings turn channels in pairs, of this head size {}",
            rotaryDimOf(flavour, shape.headDim)),
        below < range.low ? above : below, above > range.high ? below : above};
}

/// Fewest groups of so many heads: a group that is kept whole has no more heads than the parent's.
std::int64_t fewestGroups(const ShapeBounds& bounds, std::int64_t heads)
{
    const ModelShape& parent = parentOf(bounds);
    const std::int64_t perGroup = parent.heads / parent.kvHeads;
    return bounds.reach.keepsHeadDim && !bounds.reach.width.grow ? (heads + perGroup - 1) / perGroup
                                                                 : 1;
}

std::optional<Broken> brokenKeyValues(const ShapeBounds& bounds, const ModelShape& shape)
{
    if (!rulesOf(bounds).groupedKeyValues) {
        if (shape.kvHeads == shape.heads)
            return std::nullopt;
        return Broken{Size::KvHeads,
            fmt::format("every head has its own keys and values, so kv-heads must be heads {}",
                shape.heads),
            shape.heads, shape.heads};
    }
    const std::int64_t nearest =
        nearestGroups(bounds, shape.heads, static_cast<double>(shape.kvHeads));
    if (shape.heads % shape.kvHeads != 0)
        return Broken{Size::KvHeads,
            fmt::format("heads share keys and values in equal groups, so kv-heads must divide "
                        "heads {}",
                shape.heads),
            nearest, nearest};
    if (shape.kvHeads >= fewestGroups(bounds, shape.heads))
        return std::nullopt;
    const ModelShape& parent = parentOf(bounds);
    return Broken{Size::KvHeads,
        fmt::format("groups are kept with at most their {} heads, so heads {} need at least {}",
            parent.heads / parent.kvHeads, shape.heads, fewestGroups(bounds, shape.heads)),
        nearest, nearest};
}

} // namespace

const ModelShape& parentOf(const ShapeBounds& bounds)
{
    ESPALIER_EXPECT(bounds.parent, "bounds have a parent");
    return bounds.parent->shape;
}

ShapeRules rulesOf(const ShapeBounds& bounds)
{
    return architectureOf(*bounds.parent).rules;
}

Range rangeOf(const ShapeBounds& bounds, Size size)
{
    const Moves& moves = movesOf(bounds, size);
    const std::int64_t parent = get(parentOf(bounds), size);
    if (size == Size::HeadDim && bounds.reach.keepsHeadDim)
        return {parent, parent};
    return {moves.shrink ? 1 : parent, moves.grow ? parent * growthOf(size) : parent};
}

std::optional<Broken> outOfRange(const ShapeBounds& bounds, const ModelShape& shape, Size size)
{
    if (isOfTask(size))
        return brokenTask(bounds, shape, size);
    const Range range = rangeOf(bounds, size);
    const std::int64_t value = get(shape, size);
    const std::int64_t parent = get(parentOf(bounds), size);
    if (value >= range.low && value <= range.high)
        return std::nullopt;
    const auto broken = [&](std::string reason) {
        return Broken{size, std::move(reason), range.clamp(value), range.clamp(value)};
    };
    if (size == Size::HeadDim && bounds.reach.keepsHeadDim)
        return broken(fmt::format(
            "heads keep their size, so {} must be the parent's {}", nameOf(size), parent));
    if (value < 1)
        return broken(fmt::format("{} must be at least 1", nameOf(size)));
    const Moves& moves = movesOf(bounds, size);
    if (!moves.shrink && !moves.grow)
        return broken(fmt::format("the method does not change {}, so {} must be the parent's {}",
            size == Size::Layers ? "depth" : "width", nameOf(size), parent));
    if (value < range.low)
        return broken(
            fmt::format("the method does not shrink, so {} must be at least the parent's {}",
                nameOf(size), parent));
    if (moves.grow)
        return broken(fmt::format(
            "{} may be at most {} times the parent's {}", nameOf(size), growthOf(size), parent));
    return broken(fmt::format(
        "the method does not grow, so {} may be at most the parent's {}", nameOf(size), parent));
}

std::int64_t nearestDivisor(std::int64_t number, double wanted, std::int64_t low, std::int64_t high)
{
    std::int64_t best = 0;
    for (std::int64_t divisor = std::max<std::int64_t>(1, low); divisor <= std::min(number, high);
         ++divisor)
        if (number % divisor == 0
            && (best == 0
                || std::abs(static_cast<double>(divisor) - wanted)
                    < std::abs(static_cast<double>(best) - wanted)))
            best = divisor;
    return best;
}

std::int64_t nearestGroups(const ShapeBounds& bounds, std::int64_t heads, double wanted)
{
    const Range range = rangeOf(bounds, Size::KvHeads);
    const std::int64_t legal =
        nearestDivisor(heads, wanted, std::max(range.low, fewestGroups(bounds, heads)), range.high);
    return legal > 0 ? legal : nearestDivisor(heads, wanted, 1, heads);
}

std::optional<Broken> firstBroken(
    const ShapeBounds& bounds, const ModelShape& shape, Size asked, const ModelShape* before)
{
    const auto counts = [&](Size size) {
        return !before || size == asked || get(shape, size) != get(*before, size);
    };
    // Limits first: the rules below multiply and divide by these sizes. The asked size leads: its
    // own limit explains most.
    if (auto broken = before ? outOfRange(bounds, shape, asked) : std::nullopt)
        return broken;
    for (const Size size : kAllSizes)
        if ((get(shape, size) < 1 && !isOfTask(size)) || counts(size))
            if (auto broken = outOfRange(bounds, shape, size))
                return broken;
    for (const Size size : kTrunkSizes)
        if (counts(size))
            if (auto broken = brokenMultiples(bounds, shape, size))
                return broken;
    const bool headsCount = counts(Size::Hidden) || counts(Size::Heads) || counts(Size::HeadDim);
    if (headsCount && rulesOf(bounds).hiddenIsHeadsTimesHeadDim)
        if (auto broken = brokenHeads(bounds, shape, asked))
            return broken;
    if (headsCount && rulesOf(bounds).hiddenIsMultipleOfHeads)
        if (auto broken = brokenMultiple(shape))
            return broken;
    if (counts(Size::HeadDim))
        if (auto broken = brokenRotation(bounds, shape))
            return broken;
    if (counts(Size::KvHeads) || counts(Size::Heads))
        return brokenKeyValues(bounds, shape);
    return std::nullopt;
}

} // namespace espalier
