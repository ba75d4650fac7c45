// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/transfer_plan.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

namespace espalier {

namespace {

/// The identity from the toy to itself.
TransferPlan identityPlan()
{
    TransferPlan plan{.method = "test", .parent = test::toyConfig(), .child = test::toyConfig()};
    for (int block = 0; block < 4; ++block)
        plan.blocks.push_back({.terms = {{.parentBlock = block}}});
    return plan;
}

std::string faultOf(const TransferPlan& plan)
{
    const Status status = checkPlan(plan);
    return status ? "" : status.error().message;
}

} // namespace

TEST(PlanCheck, AcceptsTheIdentity)
{
    EXPECT_EQ(faultOf(identityPlan()), "");
}

TEST(PlanCheck, NamesAMissingBlock)
{
    TransferPlan plan = identityPlan();
    plan.blocks.pop_back();
    EXPECT_EQ(faultOf(plan), "plan of test: 3 blocks, wanted 4");
}

TEST(PlanCheck, NamesAParentBlockThatDoesNotExist)
{
    TransferPlan plan = identityPlan();
    plan.blocks[2].terms[0].parentBlock = 4;
    EXPECT_EQ(faultOf(plan), "plan of test: block 2 comes from block 4, the parent has 4");
}

TEST(PlanCheck, NamesAnAxisThatIsKeptThoughItsLengthChanges)
{
    TransferPlan plan = identityPlan();
    plan.child.shape.mlp = 2;
    EXPECT_NE(faultOf(plan).find(
                  "axis mlp is kept as it is, but has 3 in the parent and 2 in the destination"),
        std::string::npos);
}

TEST(PlanCheck, RefusesASplitHead)
{
    TransferPlan plan = identityPlan();
    for (const AxisLabel label :
        {AxisLabel::Query, AxisLabel::Context, AxisLabel::Key, AxisLabel::Value})
        plan.blocks[0].terms[0].maps[label] = AxisMap::select(4, {0, 2, 1, 3});
    EXPECT_NE(faultOf(plan).find("splits head 0"), std::string::npos);
}

TEST(PlanCheck, RefusesQueryHeadsThatWouldReadAnotherGroup)
{
    TransferPlan plan = identityPlan();
    for (const AxisLabel label : {AxisLabel::Query, AxisLabel::Context})
        plan.blocks[0].terms[0].maps[label] = AxisMap::select(4, {2, 3, 0, 1});
    EXPECT_NE(
        faultOf(plan).find("query head 0 would read key/value group 0, in the parent it reads 1"),
        std::string::npos);
}

TEST(PlanCheck, AcceptsHeadsThatMoveTogether)
{
    TransferPlan plan = identityPlan();
    for (const AxisLabel label :
        {AxisLabel::Query, AxisLabel::Context, AxisLabel::Key, AxisLabel::Value})
        plan.blocks[0].terms[0].maps[label] = AxisMap::select(4, {2, 3, 0, 1});
    EXPECT_EQ(faultOf(plan), "");
}

TEST(PlanCheck, RefusesAParameterWithoutAnySource)
{
    TransferPlan plan = identityPlan();
    plan.blocks[1].terms.clear();
    EXPECT_NE(faultOf(plan).find("block.1."), std::string::npos);
    EXPECT_NE(faultOf(plan).find("has no source and no fresh values"), std::string::npos);
}

TEST(PlanCheck, RefusesAnOwnHeadThatTheTiedParentLacks)
{
    TransferPlan plan = identityPlan();
    plan.child.flavour.tiedHead = false;
    EXPECT_NE(faultOf(plan).find("which the parent does not have"), std::string::npos);
    plan.rules[{Role::HeadWeight, -1}].source = Role::TokenEmbedding;
    EXPECT_EQ(faultOf(plan), "");
}

} // namespace espalier
