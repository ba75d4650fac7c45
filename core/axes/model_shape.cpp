// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/model_shape.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr std::int64_t kLargestImage = std::int64_t{1}
    << 24; // above any that is legal, and small enough to multiply

std::int64_t ModelShape::*memberOf(Size size)
{
    switch (size) {
    case Size::Layers:
        return &ModelShape::layers;
    case Size::Hidden:
        return &ModelShape::hidden;
    case Size::Heads:
        return &ModelShape::heads;
    case Size::KvHeads:
        return &ModelShape::kvHeads;
    case Size::HeadDim:
        return &ModelShape::headDim;
    case Size::Mlp:
        return &ModelShape::mlp;
    case Size::Vocab:
        return &ModelShape::vocab;
    case Size::Image:
        return &ModelShape::imageHeight;
    case Size::Positions:
        return &ModelShape::positions;
    case Size::Classes:
        return &ModelShape::classes;
    }
    ESPALIER_EXPECT(false, "a size is one of the enum's");
}

bool readsImages(const ModelShape& shape)
{
    return shape.imageHeight > 0 && shape.patchHeight > 0 && shape.patchWidth > 0;
}

std::int64_t patchesOf(const ModelShape& shape)
{
    return (shape.imageHeight / shape.patchHeight) * (shape.imageWidth / shape.patchWidth);
}

} // namespace

std::int64_t lengthOf(AxisLabel label, const ModelShape& shape)
{
    switch (label) {
    case AxisLabel::Residual:
        return shape.hidden;
    case AxisLabel::Query:
    case AxisLabel::Context:
        return shape.heads * shape.headDim;
    case AxisLabel::Key:
    case AxisLabel::Value:
        return shape.kvHeads * shape.headDim;
    case AxisLabel::Mlp:
        return shape.mlp;
    case AxisLabel::Head:
        return shape.heads;
    case AxisLabel::ClassMlp:
        return shape.classMlp;
    case AxisLabel::HeadChannel:
        return shape.headDim;
    case AxisLabel::Vocab:
        return shape.vocab;
    case AxisLabel::Position:
        return shape.sparePositions + shape.positions;
    case AxisLabel::TokenType:
        return shape.tokenTypes;
    case AxisLabel::Class:
        return shape.classes;
    case AxisLabel::Patch:
        return shape.channels * shape.patchHeight * shape.patchWidth;
    }
    ESPALIER_EXPECT(false, "an axis label is one of the enum's");
}

std::int64_t lengthOf(const Dim& dim, const ModelShape& shape)
{
    std::int64_t length = 0;
    for (const AxisLabel label : dim.segments)
        length += lengthOf(label, shape);
    return length;
}

std::string_view nameOf(Size size)
{
    switch (size) {
    case Size::Layers:
        return "layers";
    case Size::Hidden:
        return "hidden";
    case Size::Heads:
        return "heads";
    case Size::KvHeads:
        return "kv-heads";
    case Size::HeadDim:
        return "head-dim";
    case Size::Mlp:
        return "mlp";
    case Size::Vocab:
        return "vocab";
    case Size::Image:
        return "image";
    case Size::Positions:
        return "positions";
    case Size::Classes:
        return "classes";
    }
    ESPALIER_EXPECT(false, "a size is one of the enum's");
}

std::int64_t get(const ModelShape& shape, Size size)
{
    return shape.*memberOf(size);
}

void set(ModelShape& shape, Size size, std::int64_t value)
{
    shape.*memberOf(size) = value;
    if (size == Size::Image)
        shape.imageWidth = shape.positions = 0;
}

bool hasOwn(const ModelShape& shape, Size size)
{
    if (readsImages(shape) && (size == Size::Positions || size == Size::Classes))
        return size == Size::Classes;
    return get(shape, size) > 0;
}

ModelShape resized(const ModelShape& parent, const ModelShape& sizes)
{
    ModelShape shape = parent;
    for (const Size size : kTrunkSizes)
        set(shape, size, get(sizes, size));
    if (shape.mlp == parent.mlp || parent.classMlp == 0)
        return shape;
    const double ratio = static_cast<double>(shape.mlp) / static_cast<double>(parent.mlp);
    shape.classMlp =
        std::max<std::int64_t>(1, std::llround(ratio * static_cast<double>(parent.classMlp)));
    return shape;
}

ModelShape destinationShape(const ModelShape& parent, const ModelShape& asked)
{
    ModelShape shape = resized(parent, asked);
    for (const Size size : kTaskSizes)
        if (get(asked, size) != 0)
            set(shape, size, get(asked, size));
    if (!readsImages(parent) || shape.imageHeight > kLargestImage)
        return shape;
    shape.imageWidth = shape.imageHeight * parent.imageWidth / parent.imageHeight;
    if (shape.positions == 0)
        shape.positions = parent.positions + patchesOf(shape) - patchesOf(parent);
    return shape;
}

ModelShape askedSizes(const ModelShape& parent, const ModelShape& shape)
{
    ModelShape asked;
    for (const Size size : kTrunkSizes)
        set(asked, size, get(shape, size));
    for (const Size size : kTaskSizes)
        if (get(shape, size) != get(destinationShape(parent, asked), size))
            set(asked, size, get(shape, size));
    return asked;
}

} // namespace espalier
