// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/dropped.h"

#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

/// Blocks 0 and 2 of the toy, residual channels 2 and 0, MLP units 2 and 0, head 1 of both.
TransferPlan halfToy()
{
    TransferPlan plan;
    plan.method = "subcloning";
    plan.parent = test::toyConfig();
    plan.child = plan.parent;
    plan.child.shape = test::toyShape(2, 2, 1, 2);
    plan.globalMaps[AxisLabel::Residual] = AxisMap::select(4, {2, 0});
    for (const int block : {0, 2}) {
        SourceTerm term;
        term.parentBlock = block;
        term.maps[AxisLabel::Mlp] = AxisMap::select(3, {2, 0});
        for (const AxisLabel label :
            {AxisLabel::Query, AxisLabel::Key, AxisLabel::Value, AxisLabel::Context})
            term.maps[label] = AxisMap::select(4, {2, 3});
        plan.blocks.push_back({{term}, {}});
    }
    return plan;
}

TEST(Dropped, NamesBlocksThatNobodyReads)
{
    EXPECT_EQ(droppedBlocks(halfToy()), (std::vector<bool>{false, true, false, true}));
}

TEST(Dropped, NamesResidualChannelsOutsideTheSelection)
{
    EXPECT_EQ(droppedResidual(halfToy()), (std::vector<bool>{false, true, false, true}));
}

TEST(Dropped, DropsEverythingOfADroppedBlock)
{
    const std::vector<bool> units = droppedPerBlock(halfToy(), AxisLabel::Mlp);
    EXPECT_EQ(units,
        (std::vector<bool>{
            false, true, false, true, true, true, false, true, false, true, true, true}));
}

TEST(Dropped, CountsAHeadAsOne)
{
    EXPECT_EQ(droppedHeads(halfToy()),
        (std::vector<bool>{true, false, true, true, true, false, true, true}));
}

TEST(Dropped, IsEverythingInAPlanWithoutSources)
{
    TransferPlan plan = halfToy();
    for (DestinationBlock& block : plan.blocks)
        block.terms.clear();
    EXPECT_EQ(droppedResidual(plan), std::vector<bool>(4, true));
    EXPECT_EQ(droppedBlocks(plan), std::vector<bool>(4, true));
}

/// The same with one class-attention block of five units behind it: units 4 and 1, head 0.
TransferPlan halfToyWithClass()
{
    TransferPlan plan = halfToy();
    plan.parent.shape.classLayers = plan.child.shape.classLayers = 1;
    plan.parent.shape.classMlp = 5;
    plan.child.shape.classMlp = 2;
    SourceTerm term;
    term.parentBlock = 4;
    term.maps[AxisLabel::ClassMlp] = AxisMap::select(5, {4, 1});
    term.maps[AxisLabel::Context] = AxisMap::select(4, {0, 1});
    plan.blocks.push_back({{term}, {}});
    return plan;
}

TEST(Dropped, CountsClassAttentionBlocksBehindTheTrunk)
{
    EXPECT_EQ(
        droppedBlocks(halfToyWithClass()), (std::vector<bool>{false, true, false, true, false}));
    EXPECT_EQ(droppedHeads(halfToyWithClass()),
        (std::vector<bool>{true, false, true, true, true, false, true, true, false, true}));
    EXPECT_EQ(droppedPerBlock(halfToyWithClass(), AxisLabel::ClassMlp),
        (std::vector<bool>{true, false, true, true, false}));
}

TEST(Dropped, UnitsThatANarrowerMlpLacksAreNotDropped)
{
    EXPECT_EQ(droppedMlpUnits(halfToy()), droppedPerBlock(halfToy(), AxisLabel::Mlp));
    const std::vector<bool> units = droppedMlpUnits(halfToyWithClass());
    ASSERT_EQ(units.size(), 25U);
    EXPECT_EQ(std::vector<bool>(units.begin(), units.begin() + 5),
        (std::vector<bool>{false, true, false, false, false}));
    EXPECT_EQ(std::vector<bool>(units.begin() + 20, units.end()),
        (std::vector<bool>{true, false, true, true, false}));
}

TEST(Dropped, KeepsWhateverADenseMapReads)
{
    const AxisMap map =
        AxisMap::dense(test::matrixOf(1, 3, {0, 0.5, 0}), test::matrixOf(1, 3, {0, 0.5, 0}));
    EXPECT_EQ(usedBy(&map, 3), (std::vector<bool>{false, true, false}));
}

} // namespace
} // namespace espalier
