// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/shape_request.h"

#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

SizesGiven named(Size size, std::int64_t value)
{
    SizesGiven sizes;
    sizes[static_cast<std::size_t>(size)] = value;
    return sizes;
}

TEST(ShapeRequest, HeadsAndMlpFollowTheWidth)
{
    const ModelConfig parent = test::toyGpt2(); // 12 wide, 3 heads of 4, MLP 10
    const ModelShape shape = shapeWith(anyShapeOf(parent), named(Size::Hidden, 24));
    EXPECT_EQ(shape.hidden, 24);
    EXPECT_EQ(shape.heads, 6);
    EXPECT_EQ(shape.mlp, 20);
    EXPECT_EQ(shape.layers, parent.shape.layers);
}

TEST(ShapeRequest, NamesWhatDoesNotFollow)
{
    const ModelConfig parent = test::toyGpt2();
    ModelShape wider = shapeWith(anyShapeOf(parent), named(Size::Hidden, 24));
    EXPECT_EQ(sizesBetween(parent, wider), named(Size::Hidden, 24));
    wider.mlp = 30;
    wider.layers = 4;
    const SizesGiven asked = sizesBetween(parent, wider);
    EXPECT_EQ(asked[static_cast<std::size_t>(Size::Layers)], 4);
    EXPECT_EQ(asked[static_cast<std::size_t>(Size::Mlp)], 30);
    EXPECT_EQ(shapeWith(anyShapeOf(parent), asked), wider);
}

} // namespace
} // namespace espalier
