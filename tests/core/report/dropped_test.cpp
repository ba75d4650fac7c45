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

TEST(Dropped, KeepsWhateverADenseMapReads)
{
    const AxisMap map =
        AxisMap::dense(test::matrixOf(1, 3, {0, 0.5, 0}), test::matrixOf(1, 3, {0, 0.5, 0}));
    EXPECT_EQ(usedBy(&map, 3), (std::vector<bool>{false, true, false}));
}

} // namespace
} // namespace espalier
