// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;
using Weights = std::vector<double>;

TEST(Aki, NewRowsComeFromTheNextBlockWithThatBlocksMaps)
{
    const auto plan = test::grow("aki", toyShape(4, 4, 2, 5));
    const auto fpi = test::grow("fpi", toyShape(4, 4, 2, 5));
    ASSERT_TRUE(plan) << plan.error().message;
    const auto& terms = plan->blocks.at(1).terms;
    ASSERT_EQ(terms.size(), 2U);
    EXPECT_EQ(terms[0].parentBlock, 1);
    EXPECT_EQ(terms[1].parentBlock, 2);
    const AxisMap& own = terms[0].maps.at(AxisLabel::Mlp);
    const AxisMap& above = terms[1].maps.at(AxisLabel::Mlp);
    EXPECT_EQ(own.writeWeight, (Weights{1, 1, 1, 0, 0}));
    EXPECT_EQ(above.writeWeight, (Weights{0, 0, 0, 1, 1}));
    EXPECT_EQ(own.child_from_parent, fpi->blocks[1].maps.at(AxisLabel::Mlp).child_from_parent);
    EXPECT_EQ(above.child_from_parent, fpi->blocks[2].maps.at(AxisLabel::Mlp).child_from_parent);
    EXPECT_EQ(above.readWeight, fpi->blocks[2].maps.at(AxisLabel::Mlp).readWeight);
}

TEST(Aki, AxesThatKeepTheirLengthAreWrittenByTheirOwnBlockAlone)
{
    const auto plan = test::grow("aki", toyShape(4, 4, 2, 5));
    ASSERT_TRUE(plan);
    const auto& terms = plan->blocks.at(0).terms;
    EXPECT_EQ(terms[0].maps.at(AxisLabel::Residual).writeWeight, (Weights{1, 1, 1, 1}));
    EXPECT_EQ(terms[1].maps.at(AxisLabel::Residual).writeWeight, (Weights{0, 0, 0, 0}));
}

TEST(Aki, TheLastBlockUsesItselfAndNormsTheirOwnBlock)
{
    const auto plan = test::grow("aki", toyShape(6, 8, 4, 3));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocks(*plan), (std::vector<int>{0, 1, 2, 3, 2, 3}));
    EXPECT_EQ(plan->blocks.at(3).terms.size(), 1U);
    EXPECT_EQ(plan->blocks.at(4).terms.at(1).parentBlock, 3);
    const auto& norm = plan->blocks.at(4).termsByRole.at(Role::MlpNormGain);
    ASSERT_EQ(norm.size(), 1U);
    EXPECT_EQ(norm[0].parentBlock, 2);
}

TEST(Aki, DepthAloneIsAStack)
{
    const auto plan = test::grow("aki", toyShape(8, 4, 2, 3));
    ASSERT_TRUE(plan);
    for (const DestinationBlock& block : plan->blocks)
        EXPECT_EQ(block.terms.size(), 1U);
    EXPECT_EQ(
        test::preserved("aki", toyShape(4, 8, 4, 3)).reason, "new rows come from the next block");
}

} // namespace
} // namespace espalier
