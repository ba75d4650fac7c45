// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/training_fields.h"

#include "core/recipe/recipe.h"

#include <gtest/gtest.h>

#include <set>

namespace espalier {
namespace {

TrainSettings distilling()
{
    TrainSettings settings;
    settings.aids.distillation = Distillation{};
    return settings;
}

TEST(TrainingFields, EachIsAnotherNumberWithWordsOfItsOwn)
{
    TrainSettings settings = distilling();
    std::set<std::string_view> keys;
    for (const TrainingField& field : trainingFields()) {
        EXPECT_TRUE(keys.insert(field.key).second) << field.key;
        EXPECT_FALSE(field.help.empty()) << field.key;
        const TrainSettings before = settings;
        EXPECT_TRUE(readNumber("77", field.in(settings))) << field.key;
        EXPECT_NE(settings, before) << field.key;
        EXPECT_EQ(textOf(field.in(settings)), "77") << field.key;
    }
}

TEST(TrainingFields, ReadWhatTheyWriteAndNothingElse)
{
    double rate = 0.5;
    EXPECT_TRUE(readNumber("3e-5", &rate));
    EXPECT_EQ(rate, 3e-5);
    EXPECT_EQ(textOf(&rate), "3e-05");
    for (const char* wrong : {"", "x", "1e-5x", "1,5", " 1"})
        EXPECT_FALSE(readNumber(wrong, &rate)) << wrong;
    EXPECT_EQ(rate, 3e-5);
    std::int64_t steps = 300;
    EXPECT_FALSE(readNumber("0.5", &steps));
    EXPECT_EQ(steps, 300);
}

TEST(TrainingFields, AReadersMessageNamesTheRow)
{
    EXPECT_EQ(inPlainWords("a: lanes[0].train.aids.layer-drop: found 2, wanted a number"),
        "Layer drop: found 2, wanted a number");
    EXPECT_EQ(inPlainWords("a: lanes[0].train.aids.distillation.final-weight: found 2, wanted 1"),
        "Share in the loss: found 2, wanted 1");
    EXPECT_EQ(inPlainWords("growth at step 9: too late"), "growth at step 9: too late");
}

TEST(TrainingFields, SayBrieflyWhatGoesWithTheStart)
{
    EXPECT_EQ(describeAids({}), "");
    TrainSettings settings = distilling();
    settings.aids.layerDrop = 0.1;
    settings.growth.resize(2);
    EXPECT_EQ(describeAids(settings), "distilled, layer drop 0.1, grows 2 times");
}

} // namespace
} // namespace espalier
