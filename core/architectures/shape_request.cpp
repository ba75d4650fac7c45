// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/shape_request.h"

namespace espalier {

ModelShape shapeWith(const ShapeBounds& bounds, const SizesGiven& sizes)
{
    const auto given = [&](Size size) {
        return sizes[static_cast<std::size_t>(size)];
    };
    const ModelShape& parent = bounds.parent->shape;
    ModelShape shape = parent;
    if (const auto hidden = given(Size::Hidden)) {
        shape = withSize(bounds, shape, Size::Hidden, *hidden);
        shape.hidden = *hidden;
    } else if (const auto heads = given(Size::Heads)) {
        shape = withSize(bounds, shape, Size::Heads, *heads);
    }
    for (const Size size : kAllSizes)
        if (const auto value = given(size))
            set(shape, size, *value);
    return destinationShape(parent, shape);
}

ShapeBounds anyShapeOf(const ModelConfig& parent)
{
    return {.parent = &parent,
        .reach = {
            .width = {.shrink = true, .grow = true}, .depth = {.shrink = true, .grow = true}}};
}

SizesGiven sizesBetween(const ModelConfig& before, const ModelShape& after)
{
    SizesGiven given;
    for (const Size size : {Size::Layers, Size::Hidden})
        if (get(after, size) != get(before.shape, size))
            given[static_cast<std::size_t>(size)] = get(after, size);
    if (shapeWith(anyShapeOf(before), given).mlp != after.mlp)
        given[static_cast<std::size_t>(Size::Mlp)] = after.mlp;
    return given;
}

} // namespace espalier
