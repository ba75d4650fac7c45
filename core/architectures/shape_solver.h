// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

#include <string>
#include <vector>

namespace espalier {

/// Which way a method may move a size from the parent's.
struct Moves
{
    bool shrink = false;
    bool grow = false;
    bool multiples = false; ///< of the parent's size alone
    friend bool operator==(const Moves&, const Moves&) = default;
};

/// The destinations that a method reaches.
struct Reach
{
    Moves width = {}; ///< hidden, heads, kv-heads, mlp
    Moves depth = {}; ///< layers
    bool keepsHeadDim = true; ///< heads are kept whole, so head-dim stays the parent's
    friend bool operator==(const Reach&, const Reach&) = default;
};

/// What a destination may look like.
struct ShapeBounds
{
    const ModelConfig* parent = nullptr; ///< not owned
    Reach reach = {.width = {.shrink = true}, .depth = {.shrink = true}};
    std::int64_t tokens = 0; ///< of the parent's tokenizer, which the vocabulary must hold; 0:
                             ///< none, or not known
};

/// Which sizes follow the width by the parent's ratios. Sizes that no rule leaves free (heads of a
/// fixed size, key/value heads that are not grouped) follow in any case.
struct SizeLinks
{
    bool heads = true;
    bool keyValues = true;
    bool mlp = true;

    [[nodiscard]] static SizeLinks all(bool linked)
    {
        return {linked, linked, linked};
    }
    friend bool operator==(const SizeLinks&, const SizeLinks&) = default;
};

/// Why a value cannot be, and where it could: the rule, and the nearest legal values (equal if
/// one; 0 if the parent has no such size).
struct ShapeViolation
{
    std::string
        rule; ///< "hidden 100: heads keep their size 24, so hidden must be a multiple of 24"
    std::int64_t nearestBelow = 0;
    std::int64_t nearestAbove = 0;
};

/// The rule with " (nearest: 96, 120)".
[[nodiscard]] std::string describe(const ShapeViolation& violation);

/// Shape with one size changed and the sizes that hang on it: hidden moves heads (head-dim kept),
/// kv-heads and mlp by the parent's ratios while they are `linked`; each rounded to the nearest
/// value that can exist.
[[nodiscard]] ModelShape withSize(const ShapeBounds& bounds, const ModelShape& current, Size size,
    std::int64_t value, const SizeLinks& links = {});

/// The values that `size` may take, ascending, given the bounds (other sizes follow as in withSize
/// if linked, else stay as they are in `current`). Of mlp, where any number can exist, a slider's
/// marks: multiples of the head size (of 8, of 1 in small models), and the parent's and current
/// values. Of vocab, positions and classes: the ends of the range, and those two.
[[nodiscard]] std::vector<std::int64_t> legalValues(
    const ShapeBounds& bounds, const ModelShape& current, Size size, const SizeLinks& links = {});

/// Nothing if `value` is legal for `size`; else the rule that forbids it and the nearest legal
/// values.
[[nodiscard]] std::optional<ShapeViolation> explainValue(const ShapeBounds& bounds,
    const ModelShape& current, Size size, std::int64_t value, const SizeLinks& links = {});

/// Refused with the rule and the nearest legal values if the shape cannot exist for this family and
/// these bounds.
[[nodiscard]] Status checkShape(const ShapeBounds& bounds, const ModelShape& shape);

} // namespace espalier
