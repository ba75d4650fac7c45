// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/growth_options.h"

#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier::cli {
namespace {

TEST(GrowthOptions, SpellStages)
{
    const ModelConfig start = test::toyGpt2({.layers = 2});
    const auto stages = growthFrom(
        {"500,layers=4,moments,freeze=20:stackbert", "900,layers=6,gate=100:random-growth"}, start);
    ASSERT_TRUE(stages) << stages.error().message;
    ASSERT_EQ(stages->size(), 2U);
    const GrowthStage& frozen = stages->at(0);
    EXPECT_EQ(frozen.atStep, 500);
    EXPECT_EQ(frozen.shape.layers, 4);
    EXPECT_EQ(frozen.method, "stackbert");
    EXPECT_TRUE(frozen.keepsMoments);
    EXPECT_EQ(frozen.frozenSteps, 20);
    EXPECT_EQ(frozen.frozenLayers, 2);
    EXPECT_EQ(frozen.gateSteps, 0);
    EXPECT_EQ(stages->at(1).gateSteps, 100);
    EXPECT_EQ(stages->at(1).frozenSteps, 0);
}

TEST(GrowthOptions, RefuseWhatTheyCannotRead)
{
    const ModelConfig start = test::toyGpt2();
    for (const char* text : {"layers=4:stackbert", "500,layers=4", "500:stackbert",
             "99999999999999999999,layers=4:stackbert", "500,layers=4,gate=x:random-growth"})
        EXPECT_FALSE(growthFrom({text}, start)) << text;
}

} // namespace
} // namespace espalier::cli
