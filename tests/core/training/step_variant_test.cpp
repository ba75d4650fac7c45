// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/step_variant.h"

#include "core/plan/footprint.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

namespace espalier {
namespace {

ModelConfig eightBlocks()
{
    return test::toyGpt2({.layers = 8});
}

TEST(StepVariant, WithoutAidsIsAPlainStep)
{
    const StepVariant plain = stepVariantAt({}, eightBlocks(), 3, 9);
    EXPECT_FALSE(plain.forward.blocks);
    EXPECT_FALSE(plain.forward.tokens);
    EXPECT_EQ(plain.frozenBlocks, 0);
    EXPECT_EQ(plain.teacherWeight, 0);
    EXPECT_DOUBLE_EQ(flopsOf(plain, eightBlocks()), footprintOf(eightBlocks(), 4).trainingFlops);
}

TEST(StepVariant, TheFirstStepsOfAStageRunTheFirstBlocksAlone)
{
    TrainSettings settings;
    settings.aids = {.stageSteps = 10, .stageLayers = 3};
    EXPECT_EQ(
        stepVariantAt(settings, eightBlocks(), 9, 9).forward.blocks, (std::vector<int>{0, 1, 2}));
    EXPECT_FALSE(stepVariantAt(settings, eightBlocks(), 10, 9).forward.blocks);
}

TEST(StepVariant, APrefixIsDrawnAnewAndTunesItsLastBlocksAlone)
{
    TrainSettings settings;
    settings.aids = {.prefixSteps = 400, .prefixLayers = 3};
    std::map<std::int64_t, int> draws;
    for (std::int64_t step = 0; step < 400; ++step) {
        const StepVariant variant = stepVariantAt(settings, eightBlocks(), step, 9);
        const auto running =
            variant.forward.blocks ? static_cast<std::int64_t>(variant.forward.blocks->size()) : 8;
        ++draws[running];
        EXPECT_EQ(variant.frozenBlocks, running == 8 ? 6 : running - 3);
    }
    ASSERT_EQ(draws.size(), 3U) << "3, 6 or all 8 blocks";
    for (const auto& [running, count] : draws)
        EXPECT_NEAR(count, 400 / 3, 40) << running << ": four standard deviations";
    EXPECT_EQ(stepVariantAt(settings, eightBlocks(), 400, 9).frozenBlocks, 0);
}

TEST(StepVariant, AGrownModelLeavesWhatWasThereAloneForAWhile)
{
    TrainSettings settings;
    settings.aids = {.frozenSteps = 3, .frozenLayers = 1};
    settings.growth = {
        {.atStep = 10, .shape = {}, .method = "stackbert", .frozenSteps = 5, .frozenLayers = 4}};
    const auto frozenAt = [&](std::int64_t step) {
        return stepVariantAt(settings, eightBlocks(), step, 9).frozenBlocks;
    };
    EXPECT_EQ(frozenAt(2), 1);
    EXPECT_EQ(frozenAt(9), 0);
    EXPECT_EQ(frozenAt(10), 4);
    EXPECT_EQ(frozenAt(14), 4);
    EXPECT_EQ(frozenAt(15), 0);
}

TEST(StepVariant, LayerDroppingLeavesOutDeepBlocksMoreOftenAndNoneAtTheFirstStep)
{
    TrainSettings settings{.data = {}, .steps = 1000};
    settings.aids.layerDrop = 0.5;
    EXPECT_EQ(stepVariantAt(settings, eightBlocks(), 0, 9).forward.blocks->size(), 8U);
    std::vector<int> runs(8, 0);
    for (std::int64_t step = 500; step < 1000; ++step) {
        const auto variant = stepVariantAt(settings, eightBlocks(), step, 9);
        for (const int block : *variant.forward.blocks)
            ++runs[static_cast<std::size_t>(block)];
    }
    EXPECT_NEAR(runs[7], 250, 45) << "half of 500 steps, four standard deviations";
    EXPECT_NEAR(runs[0], 500 * (1 - 0.5 / 8), 30);
}

TEST(StepVariant, TokenDroppingKeepsTheFirstTokenAndAnAscendingRest)
{
    TrainSettings settings;
    settings.aids.tokenDrop = 0.5;
    const auto variant = stepVariantAt(settings, eightBlocks(), 4, 9);
    const TokenSubset& some = *variant.forward.tokens;
    EXPECT_EQ(some.firstBlock, 1);
    EXPECT_EQ(some.endBlock, 7);
    ASSERT_EQ(some.columns_K.numel(), 5) << "the first and half of the other eight";
    const auto* columns = some.columns_K.const_data_ptr<std::int64_t>();
    EXPECT_EQ(columns[0], 0);
    for (int i = 1; i < 5; ++i)
        EXPECT_GT(columns[i], columns[i - 1]);
    EXPECT_LT(flopsOf(variant, eightBlocks()), footprintOf(eightBlocks(), 4).trainingFlops);
}

TEST(StepVariant, IsThePureFunctionOfItsStepThatResumingNeeds)
{
    TrainSettings settings;
    settings.aids = {.layerDrop = 0.9, .tokenDrop = 0.5};
    for (const std::int64_t step : {7, 8}) {
        const auto once = stepVariantAt(settings, eightBlocks(), step, 9);
        const auto again = stepVariantAt(settings, eightBlocks(), step, 9);
        EXPECT_EQ(once.forward.blocks, again.forward.blocks);
        EXPECT_TRUE(once.forward.tokens->columns_K.equal(again.forward.tokens->columns_K));
    }
}

TEST(StepVariant, KnowledgeInheritanceFadesTheTeacherOut)
{
    TrainSettings settings{.data = {}, .steps = 11};
    settings.aids.distillation = Distillation{.teacher = {}, .weight = 0.8, .finalWeight = 0};
    EXPECT_DOUBLE_EQ(stepVariantAt(settings, eightBlocks(), 0, 9).teacherWeight, 0.8);
    EXPECT_DOUBLE_EQ(stepVariantAt(settings, eightBlocks(), 5, 9).teacherWeight, 0.4);
    EXPECT_DOUBLE_EQ(stepVariantAt(settings, eightBlocks(), 10, 9).teacherWeight, 0);
}

} // namespace
} // namespace espalier
