// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/axis_map.h"
#include "core/axes/model_shape.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(AxisMap, HeadsStayWhole)
{
    EXPECT_EQ(channelsOfHeads({2, 0}, 3), (std::vector<std::int64_t>{6, 7, 8, 0, 1, 2}));
    EXPECT_EQ(channelsOfHeads({kNothing, 1}, 2), (std::vector<std::int64_t>{-1, -1, 2, 3}))
        << "a new head comes from nothing";
}

TEST(AxisMap, SelectionKeepsItsOrder)
{
    const AxisMap map = AxisMap::select(5, {4, 1});
    EXPECT_EQ(map.kind, AxisMap::Kind::Select);
    EXPECT_EQ(map.parentLength, 5);
    EXPECT_EQ(map.childLength, 2);
    EXPECT_EQ(map.child_from_parent, (std::vector<std::int64_t>{4, 1}));
}

TEST(AxisMap, ReadersOfRepeatedIndicesShareTheirWeight)
{
    const AxisMap map = AxisMap::repeat(2, {0, 1, 0, 0});
    EXPECT_EQ(map.childLength, 4);
    EXPECT_EQ(map.readWeight, (std::vector<double>{1.0 / 3, 1, 1.0 / 3, 1.0 / 3}));
}

TEST(AxisMap, DenseTakesLengthsFromItsMatrices)
{
    const Matrix matrix = {.rows = 3, .cols = 2, .values = {1, 0, 0, 1, 0.5, 0.5}};
    const AxisMap map = AxisMap::dense(matrix, matrix);
    EXPECT_EQ(map.parentLength, 2);
    EXPECT_EQ(map.childLength, 3);
    EXPECT_EQ(map.write.at(2, 0), 0.5);
}

TEST(AxisMapDeathTest, SelectingAnIndexTwiceIsOurBug)
{
    EXPECT_DEATH(AxisMap::select(5, {1, 1}), "at most once");
    EXPECT_DEATH(AxisMap::select(5, {5}), "lie in the parent's axis");
}

TEST(ModelShape, AxesHaveTheLengthsOfWholeHeads)
{
    const ModelShape shape = {.hidden = 12,
        .heads = 6,
        .kvHeads = 2,
        .headDim = 5,
        .mlp = 7,
        .channels = 3,
        .patchHeight = 4,
        .patchWidth = 2};
    EXPECT_EQ(lengthOf(AxisLabel::Query, shape), 30);
    EXPECT_EQ(lengthOf(AxisLabel::Key, shape), 10);
    EXPECT_EQ(lengthOf(AxisLabel::Context, shape), 30);
    EXPECT_EQ(lengthOf(AxisLabel::Patch, shape), 24);
    const Dim fused = {{AxisLabel::Query, AxisLabel::Key, AxisLabel::Value}, Side::Write};
    EXPECT_EQ(lengthOf(fused, shape), 50);
}

TEST(ModelShape, SizesAreReadAndSetByName)
{
    ModelShape shape;
    std::int64_t value = 10;
    for (const Size size : kAllSizes)
        set(shape, size, value++);
    value = 10;
    for (const Size size : kAllSizes)
        EXPECT_EQ(get(shape, size), value++) << nameOf(size);
    EXPECT_EQ(shape.kvHeads, 13);
    EXPECT_EQ(shape.vocab, 16);
    EXPECT_EQ(shape.imageHeight, 17);
    EXPECT_EQ(nameOf(Size::KvHeads), "kv-heads");
}

} // namespace
} // namespace espalier
