// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lasting_names.h"

#include "core/engine/spec_files.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(LastingNames, MakePathsAbsoluteAndLeaveNamesThatAreNone)
{
    EXPECT_EQ(lastingName("some/./text.txt", "/folder"), "/folder/some/text.txt");
    EXPECT_EQ(lastingName("/some/./folder", "/folder"), "/some/folder");
    EXPECT_EQ(lastingName("text.txt"), (std::filesystem::current_path() / "text.txt").string());
    for (const char* name : {"demo:garden", "hf:plants/garden", ""})
        EXPECT_EQ(lastingName(name, "/folder"), name);
}

TEST(LastingNames, ReachEveryNameOfARecipe)
{
    Recipe recipe;
    recipe.parentPath = "parent";
    recipe.measure = MeasureSettings{.data = {.source = "text.txt", .tokenizer = "tokens"}};
    recipe.train.emplace();
    recipe.train->data.source = "demo:garden";
    recipe.train->aids.distillation = Distillation{.teacher = "teacher"};
    const Recipe found = lastingNames(recipe, "/folder");
    EXPECT_EQ(found.parentPath, "/folder/parent");
    EXPECT_EQ(found.measure->data.source, "/folder/text.txt");
    EXPECT_EQ(found.measure->data.tokenizer, "/folder/tokens");
    EXPECT_EQ(found.train->data.source, "demo:garden");
    EXPECT_EQ(found.train->aids.distillation->teacher, "/folder/teacher");
}

TEST(LastingNames, ReachEveryLane)
{
    RaceSpec race;
    race.lanes.resize(2);
    race.lanes[0].parentPath = "parent";
    race.lanes[0].train.data.source = "text.txt";
    race.lanes[1].recipe.emplace();
    race.lanes[1].recipe->parentPath = "hf:plants/garden";
    const RaceSpec found = lastingNames(race, "/folder");
    EXPECT_EQ(found.lanes[0].parentPath, "/folder/parent");
    EXPECT_EQ(found.lanes[0].train.data.source, "/folder/text.txt");
    EXPECT_EQ(found.lanes[1].recipe->parentPath, "hf:plants/garden");
}

TEST(RecipeFile, NamesStartAtItsFolder)
{
    const TemporaryFolder folder;
    Recipe recipe;
    recipe.parentPath = "parent";
    recipe.method = "random";
    recipe.shape = {.layers = 1, .hidden = 4, .heads = 1, .kvHeads = 1, .headDim = 4, .mlp = 4};
    ASSERT_TRUE(saveRecipe(recipe, folder.path() / "recipe.json"));
    EXPECT_EQ(
        loadRecipe(folder.path() / "recipe.json")->parentPath, (folder.path() / "parent").string());
    recipe.parentPath = "hf:plants/garden";
    ASSERT_TRUE(saveRecipe(recipe, folder.path() / "recipe.json"));
    EXPECT_EQ(loadRecipe(folder.path() / "recipe.json")->parentPath, "hf:plants/garden");
}

} // namespace
} // namespace espalier
