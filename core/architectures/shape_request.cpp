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
    return resized(parent, shape);
}

} // namespace espalier
