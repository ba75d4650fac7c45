// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What stock loaders, methods and arithmetic ask of a destination's sizes, rule by rule; the solver
// (shape_solver.h) moves sizes until all are kept. Not a family.

#include "core/architectures/shape_solver.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace espalier {

[[nodiscard]] const ModelShape& parentOf(const ShapeBounds& bounds);
[[nodiscard]] ShapeRules rulesOf(const ShapeBounds& bounds);

struct Range
{
    std::int64_t low = 1;
    std::int64_t high = 1;

    [[nodiscard]] std::int64_t clamp(std::int64_t value) const
    {
        return std::clamp(value, low, high);
    }
};

/// How far the method may move a size of the trunk.
[[nodiscard]] Range rangeOf(const ShapeBounds& bounds, Size size);

/// A size that breaks a rule, why (to follow "hidden 100: "), and the nearest values that this rule
/// allows.
struct Broken
{
    Size size = Size::Layers;
    std::string reason;
    std::int64_t below = 0;
    std::int64_t above = 0;
};

/// Nothing if the method reaches the size's value, or, of the task's, the task does.
[[nodiscard]] std::optional<Broken> outOfRange(
    const ShapeBounds& bounds, const ModelShape& shape, Size size);

/// The first rule that `shape` breaks. Of rules about sizes that `before` has just as well only
/// those count that the asked size takes part in: a person who moves one size is told about that
/// one.
[[nodiscard]] std::optional<Broken> firstBroken(
    const ShapeBounds& bounds, const ModelShape& shape, Size asked, const ModelShape* before);

/// The divisor of `number` from `low` to `high` that is nearest to `wanted`; 0 if there is none.
[[nodiscard]] std::int64_t nearestDivisor(
    std::int64_t number, double wanted, std::int64_t low, std::int64_t high);
/// Groups for so many heads, the legal number nearest to `wanted`; any divisor if none is legal.
[[nodiscard]] std::int64_t nearestGroups(
    const ShapeBounds& bounds, std::int64_t heads, double wanted);

} // namespace espalier
