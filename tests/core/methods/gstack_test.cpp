// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::grow;
using test::parentBlocks;
using test::toyShape;

TEST(Gstack, RepeatsTheWholeStackAndCutsTheLastCopyShort)
{
    const auto plan = grow("gstack", toyShape(10, 4, 2, 3));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(parentBlocks(*plan), (std::vector<int>{0, 1, 2, 3, 0, 1, 2, 3, 0, 1}));
    EXPECT_TRUE(plan->rules.empty());
}

TEST(Gstack, NoiseTakesAShareOfEveryBlocksMatrices)
{
    const auto plan = grow("gstack", toyShape(8, 4, 2, 3), {{"noise", 0.2}});
    ASSERT_TRUE(plan) << plan.error().message;
    const ParameterRule& rule = plan->rules.at({Role::MlpUpWeight, 5});
    EXPECT_DOUBLE_EQ(rule.scale, 0.8);
    EXPECT_DOUBLE_EQ(rule.noise->std, 0.25) << "0.2 rms W, counted in rms of 0.8 W";
    EXPECT_TRUE(rule.noise->relative);
    EXPECT_FALSE(plan->rules.contains({Role::MlpUpBias, 5}));
    EXPECT_FALSE(plan->rules.contains({Role::TokenEmbedding, -1}));
}

TEST(Gstack, ChangesDepthAlone)
{
    EXPECT_NE(test::refusal("gstack", toyShape(8, 8, 4, 3)).find("hidden 8: the method does not"),
        std::string::npos)
        << test::refusal("gstack", toyShape(8, 8, 4, 3));
    EXPECT_NE(test::refusal("gstack", toyShape(3, 4, 2, 3)).find("layers 3"), std::string::npos);
}

TEST(Gstack, SaysThatTheFunctionChanges)
{
    EXPECT_EQ(test::preserved("gstack", toyShape(8, 4, 2, 3)).reason,
        "blocks that appear again change the stream again");
    EXPECT_TRUE(test::preserved("gstack", toyShape(4, 4, 2, 3)).exact);
}

} // namespace
} // namespace espalier
