// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/shape_solver.h"

#include "core/architectures/shape_rules.h"
#include "core/architectures/task_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr std::int64_t kPlainMlpStep = 8;

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
        return !outOfRange(bounds, alone, size);
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
    if (!outOfRange(bounds, current, size))
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
