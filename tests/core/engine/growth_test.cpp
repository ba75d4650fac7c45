// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/growth.h"

#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

GrowthStage toLayers(std::int64_t atStep, std::int64_t layers)
{
    GrowthStage stage{.atStep = atStep, .shape = test::toyGpt2().shape, .method = "stackbert"};
    stage.shape.layers = layers;
    return stage;
}

TrainSettings growing(std::vector<GrowthStage> stages)
{
    TrainSettings settings;
    settings.steps = 100;
    settings.growth = std::move(stages);
    return settings;
}

std::string refusal(std::vector<GrowthStage> stages)
{
    const auto config = afterGrowth(test::toyGpt2(), growing(std::move(stages)));
    return config ? "accepted" : config.error().message;
}

TEST(Growth, EveryStageGrowsTheModelOfTheOneBefore)
{
    const auto config =
        afterGrowth(test::toyGpt2({.layers = 2}), growing({toLayers(10, 4), toLayers(50, 8)}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->config.shape.layers, 8);
    EXPECT_EQ(config->config.shape.hidden, test::toyGpt2().shape.hidden);
}

TEST(Growth, IsRefusedBeforeTheRunWhenItWouldFailOnItsWay)
{
    EXPECT_EQ(refusal({toLayers(50, 4), toLayers(50, 8)}),
        "growth at step 50: wanted a step after 50 and before the last, 100");
    EXPECT_EQ(refusal({toLayers(100, 4)}),
        "growth at step 100: wanted a step after 0 and before the last, 100");
    GrowthStage measured = toLayers(10, 4);
    measured.method = "subcloning";
    EXPECT_EQ(refusal({measured}).rfind("growth at step 10: method subcloning needs data", 0), 0U)
        << refusal({measured});
    GrowthStage shrinking = toLayers(10, 1);
    EXPECT_NE(refusal({shrinking}), "accepted");
    GrowthStage unknown = toLayers(10, 4);
    unknown.method = "stackbart";
    EXPECT_NE(refusal({unknown}), "accepted");
    GrowthStage copying = toLayers(10, 4);
    copying.gateSteps = 5;
    EXPECT_EQ(refusal({copying}),
        "growth at step 10: gates: found none that are new, wanted a start with new members beside "
        "its parent's");
}

TEST(Growth, TellsWhatGatesHoldInEachStage)
{
    GrowthStage gatedStage = toLayers(10, 3);
    gatedStage.method = "random-growth";
    gatedStage.gateSteps = 5;
    const auto grown =
        afterGrowth(test::toyGpt2({.layers = 2}), growing({gatedStage, toLayers(50, 6)}));
    ASSERT_TRUE(grown) << grown.error().message;
    ASSERT_EQ(grown->newMembers.size(), 1U);
    EXPECT_EQ(grown->newMembers.at(10).blocks, std::vector<int>{2});
}

} // namespace
} // namespace espalier
