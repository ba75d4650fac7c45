// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/shape_solver.h"

#include "core/architectures/catalog.h"
#include "core/architectures/task_rules.h"
#include "core/base/expect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace espalier {
namespace {

constexpr std::int64_t kMaxWidthGrowth = 8;
constexpr std::int64_t kMaxDepthGrowth = 4;
constexpr std::int64_t kPlainMlpStep = 8;

const ModelShape& parentOf(const ShapeBounds& bounds)
{
    ESPALIER_EXPECT(bounds.parent, "bounds have a parent");
    return bounds.parent->shape;
}

ShapeRules rulesOf(const ShapeBounds& bounds)
{
    return architectureOf(*bounds.parent).rules;
}

struct Range
{
    std::int64_t low = 1;
    std::int64_t high = 1;

    [[nodiscard]] std::int64_t clamp(std::int64_t value) const
    {
        return std::clamp(value, low, high);
    }
};

std::int64_t growthOf(Size size)
{
    return size == Size::Layers ? kMaxDepthGrowth : kMaxWidthGrowth;
}

const Moves& movesOf(const ShapeBounds& bounds, Size size)
{
    return size == Size::Layers ? bounds.reach.depth : bounds.reach.width;
}

Range rangeOf(const ShapeBounds& bounds, Size size)
{
    const Moves& moves = movesOf(bounds, size);
    const std::int64_t parent = get(parentOf(bounds), size);
    if (size == Size::HeadDim && bounds.reach.keepsHeadDim)
        return {parent, parent};
    return {moves.shrink ? 1 : parent, moves.grow ? parent * growthOf(size) : parent};
}

/// A size that breaks a rule, why (to follow "hidden 100: "), and the nearest values that this rule
/// allows.
struct Broken
{
    Size size = Size::Layers;
    std::string reason;
    std::int64_t below = 0;
    std::int64_t above = 0;
};

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

/// Fewest groups of so many heads: a group that is kept whole has no more heads than the parent's.
std::int64_t fewestGroups(const ShapeBounds& bounds, std::int64_t heads)
{
    const ModelShape& parent = parentOf(bounds);
    const std::int64_t perGroup = parent.heads / parent.kvHeads;
    return bounds.reach.keepsHeadDim && !bounds.reach.width.grow ? (heads + perGroup - 1) / perGroup
                                                                 : 1;
}

/// Groups for so many heads, the legal number nearest to `wanted`; any divisor if none is legal.
std::int64_t nearestGroups(const ShapeBounds& bounds, std::int64_t heads, double wanted)
{
    const Range range = rangeOf(bounds, Size::KvHeads);
    const std::int64_t legal =
        nearestDivisor(heads, wanted, std::max(range.low, fewestGroups(bounds, heads)), range.high);
    return legal > 0 ? legal : nearestDivisor(heads, wanted, 1, heads);
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

/// The first rule that `shape` breaks. Of rules about sizes that `before` has just as well only
/// those count that the asked size takes part in: a person who moves one size is told about that
/// one.
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

/// Parent's ratio, rounded to the nearest size in range.
std::int64_t followed(const ShapeBounds& bounds, Size size, std::int64_t moved, Size mover)
{
    const ModelShape& parent = parentOf(bounds);
    const double ratio = static_cast<double>(moved) / static_cast<double>(get(parent, mover));
    return rangeOf(bounds, size)
        .clamp(std::llround(ratio * static_cast<double>(get(parent, size))));
}

void letKeyValuesFollow(const ShapeBounds& bounds, ModelShape& shape, const SizeLinks& links)
{
    const ModelShape& parent = parentOf(bounds);
    if (!rulesOf(bounds).groupedKeyValues)
        shape.kvHeads = shape.heads;
    else if (links.keyValues && shape.heads > 0)
        shape.kvHeads = nearestGroups(bounds, shape.heads,
            static_cast<double>(shape.heads * parent.kvHeads) / static_cast<double>(parent.heads));
}

/// Where hidden is heads * head-dim, the other two sizes follow the asked one. Quotients that are
/// not whole are left to brokenHeads to find.
void letHeadsFollow(
    const ShapeBounds& bounds, ModelShape& shape, Size asked, const SizeLinks& links)
{
    if (bounds.reach.keepsHeadDim && asked != Size::HeadDim)
        shape.headDim = parentOf(bounds).headDim;
    if (get(shape, asked) < 1)
        return;
    if (asked == Size::Heads && (links.heads || bounds.reach.keepsHeadDim))
        shape.hidden = shape.heads * shape.headDim;
    else if (asked == Size::Heads)
        shape.headDim = std::max<std::int64_t>(1, shape.hidden / shape.heads);
    else
        shape.heads = std::max<std::int64_t>(1, shape.hidden / shape.headDim);
}

/// Where heads have a size of their own, their number follows hidden by the parent's ratio.
std::int64_t followingHeads(const ShapeBounds& bounds, std::int64_t hidden)
{
    const std::int64_t heads = followed(bounds, Size::Heads, hidden, Size::Hidden);
    if (!rulesOf(bounds).hiddenIsMultipleOfHeads || hidden < 1)
        return heads;
    const Range range = rangeOf(bounds, Size::Heads);
    const std::int64_t divisor =
        nearestDivisor(hidden, static_cast<double>(heads), range.low, range.high);
    return divisor > 0 ? divisor : heads;
}

/// The shape with `size` at exactly `value` and what hangs on it; may break rules.
ModelShape moved(const ShapeBounds& bounds, const ModelShape& current, Size size,
    std::int64_t value, const SizeLinks& links)
{
    ModelShape shape = current;
    set(shape, size, value);
    if (size != Size::Hidden && size != Size::Heads && size != Size::HeadDim)
        return destinationShape(parentOf(bounds), shape);
    if (rulesOf(bounds).hiddenIsHeadsTimesHeadDim)
        letHeadsFollow(bounds, shape, size, links);
    else if (size == Size::Hidden && links.heads)
        shape.heads = followingHeads(bounds, value);
    letKeyValuesFollow(bounds, shape, links);
    if (links.mlp && shape.hidden != current.hidden)
        shape.mlp = followed(bounds, Size::Mlp, shape.hidden, Size::Hidden);
    return destinationShape(parentOf(bounds), shape);
}

bool isLegal(const ShapeBounds& bounds, const ModelShape& current, Size size, std::int64_t value,
    const SizeLinks& links)
{
    if (isOfTask(size)) {
        ModelShape alone = current;
        set(alone, size, value);
        return !brokenTask(bounds, alone, size);
    }
    // A far too large number must not be multiplied.
    const Range range = rangeOf(bounds, size);
    if (value < range.low || value > range.high)
        return false;
    return !firstBroken(bounds, moved(bounds, current, size, value, links), size, &current);
}

/// Every count of MLP units can exist; a slider over all of them would have no feel.
std::vector<std::int64_t> mlpMarks(const ShapeBounds& bounds, const ModelShape& current)
{
    const ModelShape& parent = parentOf(bounds);
    const Range range = rangeOf(bounds, Size::Mlp);
    std::int64_t step = parent.mlp % parent.headDim == 0 ? parent.headDim : kPlainMlpStep;
    if (parent.mlp / step < 8)
        step = 1;
    if (bounds.reach.width.multiples)
        step = parent.mlp;
    std::vector<std::int64_t> marks;
    for (std::int64_t value = step; value <= range.high; value += step)
        if (value >= range.low)
            marks.push_back(value);
    for (const std::int64_t value : {parent.mlp, current.mlp})
        if (value >= range.low && value <= range.high)
            marks.push_back(value);
    std::sort(marks.begin(), marks.end());
    marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
    return marks;
}

/// The ends of a range that no slider goes through; of images, all of it.
std::vector<std::int64_t> taskMarks(const ShapeBounds& bounds, const ModelShape& current, Size size)
{
    const TaskRule rule = taskRuleOf(*bounds.parent, size, bounds.tokens);
    std::vector<std::int64_t> marks = {get(parentOf(bounds), size)};
    for (std::int64_t value = rule.low; value <= rule.high;
         value += size == Size::Image ? rule.step : std::max<std::int64_t>(1, rule.high - rule.low))
        marks.push_back(value);
    if (!brokenTask(bounds, current, size))
        marks.push_back(get(current, size));
    std::sort(marks.begin(), marks.end());
    marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
    return marks;
}

std::string sentence(Size size, std::int64_t value, std::string_view reason)
{
    return fmt::format("{} {}: {}", nameOf(size), value, reason);
}

} // namespace

ModelShape withSize(const ShapeBounds& bounds, const ModelShape& current, Size size,
    std::int64_t value, const SizeLinks& links)
{
    if (isLegal(bounds, current, size, value, links))
        return moved(bounds, current, size, value, links);
    const std::optional<ShapeViolation> violation =
        explainValue(bounds, current, size, value, links);
    const bool belowIsNearer = value <= violation->nearestBelow
        || value - violation->nearestBelow <= violation->nearestAbove - value;
    return moved(bounds, current, size,
        belowIsNearer ? violation->nearestBelow : violation->nearestAbove, links);
}

std::vector<std::int64_t> legalValues(
    const ShapeBounds& bounds, const ModelShape& current, Size size, const SizeLinks& links)
{
    if (isOfTask(size))
        return taskMarks(bounds, current, size);
    if (size == Size::Mlp)
        return mlpMarks(bounds, current);
    const Range range = rangeOf(bounds, size);
    std::vector<std::int64_t> values;
    for (std::int64_t value = range.low; value <= range.high; ++value)
        if (isLegal(bounds, current, size, value, links))
            values.push_back(value);
    return values;
}

std::optional<ShapeViolation> explainValue(const ShapeBounds& bounds, const ModelShape& current,
    Size size, std::int64_t value, const SizeLinks& links)
{
    if (isLegal(bounds, current, size, value, links))
        return std::nullopt;
    ModelShape alone = current;
    set(alone, size, value);
    std::optional<Broken> broken = outOfRange(bounds, alone, size);
    if (!broken) {
        const ModelShape shape = moved(bounds, current, size, value, links);
        broken = firstBroken(bounds, shape, size, &current);
        if (broken->size != size)
            broken->reason = fmt::format("{} would be {}, but {}", nameOf(broken->size),
                get(shape, broken->size), broken->reason);
    }
    ShapeViolation violation{sentence(size, value, broken->reason), broken->below, broken->above};
    if (isOfTask(size) || (size == Size::Mlp && !bounds.reach.width.multiples))
        return violation; // its own rule is all there is
    const std::vector<std::int64_t> legal = legalValues(bounds, current, size, links);
    const std::int64_t fallback = get(parentOf(bounds), size);
    const auto above = std::lower_bound(legal.begin(), legal.end(), value);
    violation.nearestAbove = above != legal.end() ? *above
        : legal.empty()                           ? fallback
                                                  : legal.back();
    violation.nearestBelow = above != legal.begin() ? *(above - 1) : violation.nearestAbove;
    return violation;
}

std::string describe(const ShapeViolation& violation)
{
    if (violation.nearestAbove == 0)
        return violation.rule;
    if (violation.nearestBelow == violation.nearestAbove)
        return fmt::format("{} (nearest: {})", violation.rule, violation.nearestBelow);
    return fmt::format(
        "{} (nearest: {}, {})", violation.rule, violation.nearestBelow, violation.nearestAbove);
}

Status checkShape(const ShapeBounds& bounds, const ModelShape& shape)
{
    if (const auto broken = firstBroken(bounds, shape, Size::Hidden, nullptr))
        return refused(describe({sentence(broken->size, get(shape, broken->size), broken->reason),
            broken->below, broken->above}));
    if (shape != destinationShape(parentOf(bounds), shape))
        return refused("shape: token types, channels and patches must be the parent's, and an "
                       "image's width and positions follow from its height");
    return {};
}

} // namespace espalier
