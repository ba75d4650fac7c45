// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/provenance.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

namespace espalier {

namespace {

TransferPlan halfWidth()
{
    TransferPlan plan{.method = "test", .parent = test::toyConfig(), .child = test::toyConfig()};
    plan.child.shape = test::toyShape(1, 2, 1, 2);
    plan.globalMaps[AxisLabel::Residual] = AxisMap::select(4, {1, 3});
    SourceTerm term{.parentBlock = 2};
    for (const AxisLabel label :
        {AxisLabel::Query, AxisLabel::Context, AxisLabel::Key, AxisLabel::Value})
        term.maps[label] = AxisMap::select(4, {2, 3});
    term.maps[AxisLabel::Mlp] = AxisMap::select(3, {0, 2});
    plan.blocks = {{.terms = {term}}};
    plan.rules[{Role::QkvWeight, 0}].scale = 1.5;
    return plan;
}

} // namespace

TEST(Provenance, FollowsBothAxesOfAMatrixAndItsScale)
{
    // Row 3 of the destination's q|k|v (2 rows each) is the second key row: parent key row 3, at 4
    // + 3 of the fused rows.
    const CellOrigin origin = originOf(halfWidth(), {Role::QkvWeight, 0}, {3, 1});
    ASSERT_EQ(origin.sources.size(), 1U);
    EXPECT_EQ(origin.sources[0], (CellSource{{Role::QkvWeight, 2}, {7, 3}, 1.5}));
    EXPECT_EQ(describe(origin), "block.2.attention.qkv.weight [7, 3] × 1.5");
}

TEST(Provenance, AReaderOfARepeatedAxisDividesByTheCopies)
{
    TransferPlan plan = halfWidth();
    plan.child.shape.mlp = 4;
    plan.blocks[0].terms[0].maps[AxisLabel::Mlp] = AxisMap::repeat(3, {0, 1, 2, 2});
    const CellOrigin read = originOf(plan, {Role::MlpDownWeight, 0}, {0, 3});
    ASSERT_EQ(read.sources.size(), 1U);
    EXPECT_EQ(read.sources[0], (CellSource{{Role::MlpDownWeight, 2}, {1, 2}, 0.5}));
    const CellOrigin written = originOf(plan, {Role::MlpUpWeight, 0}, {3, 0});
    EXPECT_EQ(written.sources[0], (CellSource{{Role::MlpUpWeight, 2}, {2, 1}, 1.0}));
}

TEST(Provenance, ADenseAxisNamesEveryParentCellThatCounts)
{
    TransferPlan plan = halfWidth();
    const Matrix face = test::matrixOf(2, 3, {1, 0, 0.5, 0, 1, 0});
    plan.blocks[0].terms[0].maps[AxisLabel::Mlp] = AxisMap::dense(face, face);
    const CellOrigin origin = originOf(plan, {Role::MlpUpBias, 0}, {0});
    ASSERT_EQ(origin.sources.size(), 2U);
    EXPECT_EQ(origin.sources[1], (CellSource{{Role::MlpUpBias, 2}, {2}, 0.5}));
}

TEST(Provenance, FreshCellsSayTheirDistribution)
{
    TransferPlan plan = halfWidth();
    plan.rules[{Role::MlpUpWeight, 0}] = {.fresh = true, .noise = Noise{0, 0.02}};
    const CellOrigin origin = originOf(plan, {Role::MlpUpWeight, 0}, {0, 0});
    EXPECT_TRUE(origin.sources.empty());
    EXPECT_EQ(describe(origin), "fresh, N(0, 0.02²)");
}

TEST(Provenance, AWeightedSumOfBlocksNamesEachBlock)
{
    TransferPlan plan = halfWidth();
    SourceTerm other = plan.blocks[0].terms[0];
    other.parentBlock = 0;
    other.weight = 0.25;
    plan.blocks[0].terms.push_back(other);
    const CellOrigin origin = originOf(plan, {Role::MlpUpBias, 0}, {1});
    ASSERT_EQ(origin.sources.size(), 2U);
    EXPECT_EQ(origin.sources[1], (CellSource{{Role::MlpUpBias, 0}, {2}, 0.25}));
}

TEST(Provenance, LeadsThroughOnePlanAfterAnother)
{
    const TransferPlan halved = halfWidth();
    TransferPlan widened{.method = "test", .parent = halved.child, .child = halved.child};
    widened.child.shape.mlp = 3;
    widened.blocks = {{.terms = {{.parentBlock = 0}}}};
    widened.blocks[0].maps[AxisLabel::Mlp] = AxisMap::repeat(2, {0, 1, 1});
    const CellOrigin origin = originThrough({halved, widened}, {Role::MlpDownWeight, 0}, {0, 2});
    ASSERT_EQ(origin.sources.size(), 1U);
    EXPECT_EQ(origin.sources[0], (CellSource{{Role::MlpDownWeight, 2}, {1, 2}, 0.5}))
        << "a copy of unit 1, which was unit 2 of the first parent";
}

} // namespace espalier
