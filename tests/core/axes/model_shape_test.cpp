// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/model_shape.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

ModelShape asking(const ModelShape& parent, Size size, std::int64_t value)
{
    ModelShape asked = askedSizes(parent, parent);
    set(asked, size, value);
    return asked;
}

TEST(ModelShape, SizesOfTheTaskStayTheParentsWhereNobodyAsks)
{
    const ModelShape parent = test::toyGpt2().shape;
    const ModelShape asked = askedSizes(parent, parent);
    EXPECT_EQ(asked.hidden, 12);
    EXPECT_EQ(asked.vocab + asked.positions + asked.classes + asked.imageHeight, 0);
    EXPECT_EQ(destinationShape(parent, asked), parent);
    EXPECT_EQ(destinationShape(parent, parent), parent) << "asking for the parent's is no asking";
}

TEST(ModelShape, WhatIsAskedForComesBackFromTheWholeShape)
{
    for (const auto& [name, config] : test::toyFamilies())
        for (const Size size : kTaskSizes) {
            const ModelShape& parent = config.shape;
            if (!hasOwn(parent, size))
                continue;
            const ModelShape asked = asking(parent, size, 2 * get(parent, size));
            const ModelShape shape = destinationShape(parent, asked);
            EXPECT_EQ(get(shape, size), 2 * get(parent, size)) << name << " " << nameOf(size);
            EXPECT_EQ(askedSizes(parent, shape), asked) << name << " " << nameOf(size);
            EXPECT_EQ(destinationShape(parent, shape), shape) << name << " " << nameOf(size);
            EXPECT_EQ(resized(parent, shape), parent) << "the trunk does not move";
        }
}

TEST(ModelShape, AnImagesWidthAndPositionsFollowItsHeight)
{
    const ModelShape parent = test::toyVit().shape; // 8 x 4 in patches of 4 x 2, a class token
    const ModelShape shape = destinationShape(parent, asking(parent, Size::Image, 12));
    EXPECT_EQ(shape.imageWidth, 6);
    EXPECT_EQ(shape.positions, 3 * 3 + 1);
    EXPECT_FALSE(hasOwn(parent, Size::Positions));
    EXPECT_FALSE(hasOwn(parent, Size::Vocab));
    EXPECT_TRUE(hasOwn(parent, Size::Image) && hasOwn(parent, Size::Classes));
    const ModelShape back = destinationShape(parent, asking(shape, Size::Image, 8));
    EXPECT_EQ(back, parent);
    const ModelShape patchesAlone = test::toyDeit3().shape;
    EXPECT_EQ(destinationShape(patchesAlone, asking(patchesAlone, Size::Image, 12)).positions, 9);
}

} // namespace
} // namespace espalier
