// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Indices = std::vector<std::int64_t>;
using Blocks = std::vector<int>;

TEST(WeightSelection, StridesThroughChannelsHeadsAndUnitsAndKeepsTheFirstBlocks)
{
    const auto plan = test::planOfToy("weight-selection", test::toyShape(2, 2, 1, 2), {});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(test::parentBlocksOf(*plan), (Blocks{0, 1}));
    EXPECT_EQ(test::streamOf(*plan), (Indices{0, 2}));
    EXPECT_EQ(test::keptIn(*plan, 1, AxisLabel::Query), (Indices{0, 1})) << "head 0, whole";
    EXPECT_EQ(test::keptIn(*plan, 1, AxisLabel::Mlp), (Indices{0, 2}));
    EXPECT_TRUE(plan->rules.empty()) << "no scale, and the tied head is not drawn anew";
}

TEST(WeightSelection, TheLiteralModeMergesHeads)
{
    const auto plan = test::planOfToy(
        "weight-selection", test::toyShape(4, 2, 1, 2), {}, {{"mode", std::string("literal")}});
    ASSERT_TRUE(plan) << plan.error().message;
    for (const AxisLabel label :
        {AxisLabel::Query, AxisLabel::Key, AxisLabel::Value, AxisLabel::Context})
        EXPECT_EQ(test::keptIn(*plan, 0, label), (Indices{0, 2})) << "one channel of each head";
}

TEST(WeightSelection, TheLiteralModeIsRefusedWhereHeadsMustStayWhole)
{
    ModelConfig rotary = test::toyConfig();
    rotary.flavour.position = PositionKind::Rotary;
    const auto plan = test::planOfToy("weight-selection", test::toyShape(4, 2, 1, 2), {},
        {{"mode", std::string("literal")}}, rotary);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, ErrorCode::Refused);
    EXPECT_NE(plan.error().message.find("wanted mode heads"), std::string::npos);
    EXPECT_TRUE(test::planOfToy("weight-selection", test::toyShape(4, 2, 1, 2), {}, {}, rotary));
}

TEST(WeightSelection, AnOwnHeadStartsAnewUnlessAskedOtherwise)
{
    ModelConfig parent = test::toyConfig();
    parent.flavour.tiedHead = false;
    const ParameterId head{Role::HeadWeight, -1};
    const ModelShape shape = test::toyShape(4, 2, 1, 2);
    EXPECT_TRUE(test::planOfToy("weight-selection", shape, {}, {}, parent)->rules.at(head).fresh);
    EXPECT_TRUE(test::planOfToy("weight-selection", shape, {}, {{"fresh-head", false}}, parent)
                    ->rules.empty());
    EXPECT_TRUE(test::planOfToy("weight-selection", parent.shape, {}, {}, parent)->rules.empty())
        << "nothing changes at full size";
}

} // namespace espalier
