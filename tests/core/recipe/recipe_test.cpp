// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/recipe.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

constexpr std::string_view kSmallest = R"({
  "parent": "garden",
  "shape": {"layers": 4, "hidden": 96, "heads": 3, "kv-heads": 3, "head-dim": 32, "mlp": 384},
  "method": "subcloning"
})";

std::string replaced(std::string_view text, std::string_view from, std::string_view to)
{
    std::string result(text);
    result.replace(result.find(from), from.size(), to);
    return result;
}

std::string refusal(std::string_view text)
{
    const Result<Recipe> recipe = readRecipe(text, "recipe.json");
    return recipe ? "accepted" : recipe.error().message;
}

Recipe complete()
{
    Recipe recipe;
    recipe.parentPath = "models/gärden";
    recipe.parentHash = "0123abcd";
    recipe.shape = {.layers = 4, .hidden = 96, .heads = 3, .kvHeads = 3, .headDim = 32, .mlp = 384};
    recipe.method = "subcloning";
    recipe.options = {{"blocks", std::vector<std::int64_t>{0, 3}}, {"normalise", true},
        {"order", std::string("first")}, {"protect", std::int64_t{2}}, {"strength", 2.0}};
    recipe.seed = {0xFFFFFFFFFFFFFFFF};
    recipe.measure = MeasureSettings{.data = {.source = "demo:garden", .sequenceLength = 64},
        .samples = 7,
        .ids = {"mean-abs", "taylor"}};
    recipe.train = TrainSettings{.data = {.source = "text.txt",
                                     .validationShare = 0.25,
                                     .split = "test",
                                     .textField = "story",
                                     .tokenizer = "words",
                                     .skipBroken = true},
        .steps = 12,
        .learningRate = 1.0 / 3,
        .device = "cpu",
        .dtype = "bf16",
        .seed = {9}};
    recipe.train->aids.prefixSteps = 5;
    recipe.train->aids.gateSteps = 7;
    recipe.train->aids.prefixLayers = 3;
    GrowthStage& stage = recipe.train->growth.emplace_back();
    stage.atStep = 4;
    stage.shape = recipe.shape;
    stage.method = "stackbert";
    stage.options = {{"noise", 0.5}};
    stage.keepsMoments = true;
    stage.frozenSteps = 6;
    stage.frozenLayers = 2;
    stage.gateSteps = 3;
    return recipe;
}

TEST(Recipe, ReadsBackAsItWasWritten)
{
    const std::string text = writeRecipe(complete());
    const Result<Recipe> again = readRecipe(text, "recipe.json");
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(*again, complete());
    EXPECT_EQ(writeRecipe(*again), text);
}

TEST(Recipe, SizesOfTheTaskAreInTheFileIfTheyWereAskedFor)
{
    Recipe recipe = complete();
    recipe.shape.vocab = 300;
    recipe.shape.positions = 64;
    const std::string text = writeRecipe(recipe);
    EXPECT_NE(
        text.find("\"mlp\": 384,\n    \"vocab\": 300,\n    \"positions\": 64\n"), std::string::npos)
        << text;
    const Result<Recipe> again = readRecipe(text, "recipe.json");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, recipe);
    const Result<Recipe> pictures =
        readRecipe(replaced(kSmallest, "\"mlp\"", "\"image\": 64, \"classes\": 10, \"mlp\""), "r");
    ASSERT_TRUE(pictures) << pictures.error().message;
    EXPECT_EQ(pictures->shape.imageHeight, 64);
    EXPECT_EQ(pictures->shape.classes, 10);
    EXPECT_EQ(pictures->shape.positions, 0) << "follow from the image";
}

TEST(Recipe, AStageOfGrowthHasNoSizesOfTheTask)
{
    Recipe recipe = complete();
    recipe.train->growth[0].shape.vocab = 300;
    EXPECT_EQ(writeRecipe(recipe), writeRecipe(complete()));
    const std::string text = writeRecipe(complete());
    const std::size_t stage = text.find("\"at-step\"");
    const std::string asked =
        text.substr(0, stage) + replaced(text.substr(stage), "\"mlp\"", "\"vocab\": 5, \"mlp\"");
    EXPECT_NE(refusal(asked).find("unknown key \"vocab\""), std::string::npos) << refusal(asked);
}

TEST(Recipe, IsWrittenForPeople)
{
    Recipe recipe = complete();
    recipe.options = {{"order", std::string("first")}};
    recipe.seed = {5};
    recipe.train.reset();
    EXPECT_EQ(writeRecipe(recipe), R"({
  "parent": "models/gärden",
  "parent-hash": "0123abcd",
  "shape": {
    "layers": 4,
    "hidden": 96,
    "heads": 3,
    "kv-heads": 3,
    "head-dim": 32,
    "mlp": 384
  },
  "method": "subcloning",
  "options": {
    "order": "first"
  },
  "seed": 5,
  "measure": {
    "data": {
      "source": "demo:garden",
      "sequence-length": 64,
      "validation-share": 0.1
    },
    "samples": 7,
    "batch": 8,
    "measurements": [
      "mean-abs",
      "taylor"
    ]
  }
}
)");
}

TEST(Recipe, WhatIsLeftOutHasItsDefault)
{
    const Result<Recipe> recipe = readRecipe(kSmallest, "recipe.json");
    ASSERT_TRUE(recipe.ok()) << recipe.error().message;
    EXPECT_EQ(recipe->seed, Seed{0});
    EXPECT_TRUE(recipe->options.empty());
    EXPECT_FALSE(recipe->measure.has_value());
    EXPECT_EQ(recipe->shape.kvHeads, 3);
}

TEST(Recipe, UnknownKeysAreRefusedWithTheNearestKnownOne)
{
    const std::string text = replaced(kSmallest, "\"method\"", "\"sead\": 3, \"method\"");
    EXPECT_EQ(refusal(text), "recipe.json: unknown key \"sead\", did you mean \"seed\"?");
    EXPECT_EQ(refusal(replaced(kSmallest, "\"mlp\"", "\"words\": 5, \"mlp\"")),
        "recipe.json: unknown key \"words\" in shape, wanted one of classes, head-dim, heads, "
        "hidden, image, kv-heads, layers, mlp, positions, vocab");
}

TEST(Recipe, ImpossibleValuesAreRefusedByKey)
{
    EXPECT_EQ(refusal(replaced(kSmallest, "96", "0")),
        "recipe.json: shape.hidden: found 0, wanted an integer from 1 to 16777216");
    EXPECT_EQ(refusal(replaced(kSmallest, "\"garden\"", "7")),
        "recipe.json: parent: found 7, wanted a string");
    EXPECT_EQ(refusal(replaced(kSmallest, "\"method\"", "\"seed\": -1, \"method\"")),
        "recipe.json: seed: found -1, wanted an integer from 0 to 18446744073709551615");
    EXPECT_EQ(refusal(replaced(kSmallest, "\"method\"", "\"options\": {\"a\": {}}, \"method\"")),
        "recipe.json: options.a: found an object, wanted true, false, a number, a text or a list "
        "of integers");
    EXPECT_EQ(refusal(replaced(kSmallest, "\"method\"",
                  "\"train\": {\"data\": {\"source\": \"x\"}, \"beta2\": 1}, \"method\"")),
        "recipe.json: train.beta2: found 1, wanted a number from 0 to 0.999999");
    EXPECT_NE(refusal(replaced(kSmallest, "\"parent\": \"garden\",", "")), "accepted");
    EXPECT_NE(refusal("{"), "accepted");
    EXPECT_NE(refusal("[]"), "accepted");
}

} // namespace
} // namespace espalier
