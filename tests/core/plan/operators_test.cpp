// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/operators.h"

#include "core/plan/dense_form.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

using Indices = std::vector<std::int64_t>;
using test::matrixOf;

/// A parent of 4 blocks grown to 2 blocks with one more MLP unit; block 1 mixes two parent blocks.
TransferPlan toyPlan()
{
    TransferPlan plan{
        .method = "toy", .parent = test::toyConfig(), .child = test::toyConfig(), .seed = {}};
    plan.child.shape.layers = 2;
    plan.child.shape.mlp = 4;
    const Matrix both = matrixOf(4, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0.25, 0.25});
    for (int block = 0; block < 2; ++block)
        plan.blocks.push_back({.terms = {{.parentBlock = block}},
            .maps = {{AxisLabel::Mlp, AxisMap::dense(both, Indices{0, 1, 2, kNothing})}}});
    plan.blocks[1].termsByRole[Role::MlpUpWeight] = {
        {.parentBlock = 1, .weight = 0.75}, {.parentBlock = 3, .weight = 0.25}};
    return plan;
}

ModelShape grouped(std::int64_t heads, std::int64_t kvHeads)
{
    ModelShape shape = test::toyConfig().shape;
    shape.heads = heads;
    shape.kvHeads = kvHeads;
    shape.headDim = 1;
    return shape;
}

TEST(Operators, AreTheRowsThatAreNoUnitRows)
{
    const Operators operators = operatorsOf(toyPlan());
    ASSERT_EQ(operators.width.size(), 1U) << "both blocks have one operator";
    EXPECT_EQ(operators.width[0].free, matrixOf(1, 3, {0.5, 0.25, 0.25}));
    EXPECT_EQ(operators.width[0].places,
        (std::vector<MapPlace>{{0, AxisLabel::Mlp}, {1, AxisLabel::Mlp}}));
    EXPECT_EQ(nameOf(operators.width[0]), "block 0, mlp");
}

TEST(Operators, AreTheWeightsOfBlocksWithSeveralSources)
{
    const Operators operators = operatorsOf(toyPlan());
    ASSERT_EQ(operators.depth.size(), 1U);
    EXPECT_EQ(operators.depth[0].role, Role::MlpUpWeight);
    EXPECT_EQ(operators.depth[0].weights, matrixOf(2, 4, {0, 0, 0, 0, 0, 0.75, 0, 0.25}));
}

TEST(Operators, OtherBlocksWithOtherRowsHaveTheirOwn)
{
    TransferPlan plan = toyPlan();
    plan.blocks[1].maps.at(AxisLabel::Mlp).write.values.back() = 0.5;
    const Operators operators = operatorsOf(plan);
    ASSERT_EQ(operators.width.size(), 2U);
    EXPECT_EQ(nameOf(operators.width[1]), "block 1, mlp");
}

TEST(Operators, OtherNumbersGoWhereTheyCameFrom)
{
    Operators operators = operatorsOf(toyPlan());
    operators.width[0].free.values = {0, 0, 2};
    operators.depth[0].weights.values[5] = -1;
    const Result<TransferPlan> plan = withOperators(toyPlan(), operators);
    ASSERT_TRUE(plan) << plan.error().message;
    for (const DestinationBlock& block : plan->blocks)
        EXPECT_EQ(block.maps.at(AxisLabel::Mlp).write,
            matrixOf(4, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2}));
    EXPECT_EQ(plan->blocks[1].termsByRole.at(Role::MlpUpWeight)[0].weight, -1);
    EXPECT_EQ(plan->blocks[1].termsByRole.at(Role::MlpUpWeight)[1].weight, 0.25);
    EXPECT_EQ(operatorsOf(*plan), operators);
}

TEST(Operators, OfOtherSizesPlacesOrValuesAreRefused)
{
    const auto messageOf = [](const Operators& operators) {
        const Result<TransferPlan> plan = withOperators(toyPlan(), operators);
        return plan ? std::string() : plan.error().message;
    };
    Operators wide = operatorsOf(toyPlan());
    wide.width[0].free = matrixOf(1, 4, {0, 0, 0, 0});
    EXPECT_EQ(messageOf(wide), "operators: block 0, mlp: found 1 x 4, wanted 1 x 3");
    Operators none = operatorsOf(toyPlan());
    none.depth.clear();
    EXPECT_EQ(messageOf(none), "operators: found none, the plan has mlp.up.weight");
    Operators broken = operatorsOf(toyPlan());
    broken.width[0].free.values[0] = NAN;
    EXPECT_EQ(messageOf(broken), "operators: block 0, mlp: found nan");
}

TEST(Operators, ContextRepeatsTheValueMapOverTheHeadsOfEachGroup)
{
    // One group of two heads becomes two groups of two; the new group's values are c times the old.
    const AxisMap value = AxisMap::dense(matrixOf(2, 1, {1, 0.3}), Indices{0, kNothing});
    const AxisMap context = repeatedOverGroups(value, grouped(2, 1), grouped(4, 2));
    EXPECT_EQ(context.write, matrixOf(4, 2, {1, 0, 0, 1, 0.3, 0, 0, 0.3}));
    EXPECT_EQ(context.child_from_parent, (Indices{0, 1, kNothing, kNothing}));
}

TEST(Operators, NewHeadsOfAnOldGroupRepeatItsOldOnes)
{
    const AxisMap context = repeatedOverGroups(AxisMap::identity(2), grouped(4, 2), grouped(6, 2));
    EXPECT_EQ(context.kind, AxisMap::Kind::Repeat);
    EXPECT_EQ(context.child_from_parent, (Indices{0, 1, 0, 2, 3, 2}));
}

TEST(Operators, ContextThatFollowsAValueMapIsNoOperatorOfItsOwn)
{
    TransferPlan plan = toyPlan();
    plan.parent.shape = grouped(2, 1);
    plan.child.shape = grouped(4, 2);
    plan.child.shape.layers = 2;
    const AxisMap value = AxisMap::dense(matrixOf(2, 1, {1, 0.3}), Indices{0, kNothing});
    plan.blocks[0].maps = {{AxisLabel::Value, value},
        {AxisLabel::Context, repeatedOverGroups(value, plan.parent.shape, plan.child.shape)}};
    plan.blocks[1].maps = {};
    Operators operators = operatorsOf(plan);
    ASSERT_EQ(operators.width.size(), 1U);
    EXPECT_EQ(operators.width[0].places,
        (std::vector<MapPlace>{{0, AxisLabel::Value}, {0, AxisLabel::Context}}));
    operators.width[0].free.values[0] = 7;
    const Result<TransferPlan> other = withOperators(plan, operators);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->blocks[0].maps.at(AxisLabel::Context).write,
        matrixOf(4, 2, {1, 0, 0, 1, 7, 0, 0, 7}));
}

TEST(DenseForm, SpellsOutWhatEachFaceOfARepeatDoes)
{
    AxisMap map = AxisMap::repeat(2, {0, 1, 0});
    EXPECT_EQ(espalier::matrixOf(map, Side::Write), matrixOf(3, 2, {1, 0, 0, 1, 1, 0}));
    EXPECT_EQ(espalier::matrixOf(map, Side::Read), matrixOf(3, 2, {0.5, 0, 0, 1, 0.5, 0}));
    map.child_from_parent = {kMeanOfAxis, 1, kNothing};
    EXPECT_EQ(espalier::matrixOf(map, Side::Write), matrixOf(3, 2, {0.5, 0.5, 0, 1, 0, 0}));
}

TEST(PlanCheck, RefusesUnitRowsThatAreNone)
{
    TransferPlan plan = toyPlan();
    plan.child.shape.layers = 4;
    plan.blocks.resize(4, plan.blocks[0]);
    for (int block = 0; block < 4; ++block)
        plan.blocks[static_cast<std::size_t>(block)] = {
            .terms = {{.parentBlock = block}}, .maps = plan.blocks[0].maps};
    ASSERT_TRUE(checkPlan(plan)) << checkPlan(plan).error().message;
    plan.blocks[2].maps.at(AxisLabel::Mlp).write.values[4] = 2;
    const Status status = checkPlan(plan);
    ASSERT_FALSE(status);
    EXPECT_NE(status.error().message.find("axis mlp has no unit row at index 1"), std::string::npos)
        << status.error().message;
}

} // namespace
} // namespace espalier
