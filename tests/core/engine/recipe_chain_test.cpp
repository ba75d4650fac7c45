// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/recipe_chain.h"

#include "core/engine/model_impl.h"
#include "core/engine/model_source.h"
#include "core/engine/spec_files.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

/// A parent of 2 blocks with 10 MLP units; one.json keeps the first 6 of them, two.json the second
/// block of that.
class RecipeChain : public ::testing::Test
{
protected:
    void SetUp() override
    {
        const Model parent = modelInMemory(test::toyParameters(test::toyGpt2(), {1}));
        const auto done = exportModel(parent, nullptr, m_folder.path() / "parent", {});
        ASSERT_TRUE(done) << done.error().message;
        Recipe one = recipeOf("parent", parent.config().shape);
        one.shape.mlp = 6;
        Recipe two = recipeOf("one.json", one.shape);
        two.shape.layers = 1;
        two.options["depth"] = std::string("last");
        ASSERT_TRUE(saveRecipe(one, m_folder.path() / "one.json"));
        ASSERT_TRUE(saveRecipe(two, m_folder.path() / "two.json"));
    }

    static Recipe recipeOf(const std::string& parent, const ModelShape& shape)
    {
        return {.parentPath = parent,
            .parentHash = {},
            .shape = askedSizes(shape, shape),
            .method = "subcloning",
            .options = {{"order", std::string("first")}, {"scale", std::string("none")}}};
    }

    TemporaryFolder m_folder;
};

TEST_F(RecipeChain, ARecipeIsAModelWhereverOneIsTaken)
{
    const auto model = openModel((m_folder.path() / "two.json").string());
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->config().shape.layers, 1);
    EXPECT_EQ(model->config().shape.mlp, 6);
    const auto parent = openModel((m_folder.path() / "parent").string());
    const auto made = model->values({Role::MlpUpBias, 0});
    const auto first = parent->values({Role::MlpUpBias, 1});
    ASSERT_TRUE(made && first);
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_EQ(made->values[i], first->values[i]);
}

TEST_F(RecipeChain, TellsWhereACellComesFromInTheFirstParent)
{
    const auto cell = describeCell(m_folder.path() / "two.json", "block.0.mlp.up.bias", {4});
    ASSERT_TRUE(cell) << cell.error().message;
    EXPECT_EQ(*cell, "block.1.mlp.up.bias [4] × 1");
    const auto beyond = describeCell(m_folder.path() / "two.json", "block.0.mlp.up.bias", {6});
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().message, "block.0.mlp.up.bias: found cell [6], wanted one below [6]");
}

TEST_F(RecipeChain, ListsHowAModelCameAbout)
{
    const std::vector<LineageStep> steps = lineageOf(m_folder.path() / "two.json");
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(describe(steps[0]), "two.json: Weight subcloning of one.json, 1 block × 12");
    EXPECT_EQ(describe(steps[1]), "one.json: Weight subcloning of parent, 2 blocks × 12");
    EXPECT_TRUE(lineageOf(m_folder.path() / "parent").empty());
}

TEST_F(RecipeChain, ARecipeThatCannotBeReadEndsTheList)
{
    m_folder.write("one.json", "no recipe");
    const std::vector<LineageStep> steps = lineageOf(m_folder.path() / "two.json");
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_NE(steps[1].problem.find("one.json"), std::string::npos) << steps[1].problem;
    EXPECT_EQ(describe(steps[1]), steps[1].problem);
}

TEST_F(RecipeChain, AnExportTellsTheChainAndTakesTheFirstParentsTokenizerAlong)
{
    m_folder.write("parent/tokenizer.json", "{\"theirs\": 1}");
    const Recipe recipe = loadRecipe(m_folder.path() / "two.json").value();
    const auto planned = planRecipe(recipe);
    ASSERT_TRUE(planned) << planned.error().message;
    const auto done =
        exportScaled(planned->parent, planned->plan, recipe, m_folder.path() / "out", {});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(TemporaryFolder::read(m_folder.path() / "out/tokenizer.json"), "{\"theirs\": 1}");
    const std::string card = TemporaryFolder::read(m_folder.path() / "out/README.md");
    EXPECT_NE(card.find("| Before that | one.json: Weight subcloning of parent, 2 blocks × 12 |"),
        std::string::npos)
        << card;
}

TEST_F(RecipeChain, LeadsBackToTheModelThatItBeginsWith)
{
    const std::string parent = (m_folder.path() / "parent").string();
    EXPECT_EQ(rootModelOf((m_folder.path() / "two.json").string()), parent);
    EXPECT_EQ(rootModelOf(parent), parent);
}

TEST_F(RecipeChain, ARecipeThatLeadsBackToItselfIsRefused)
{
    Recipe round = recipeOf("round.json", test::toyGpt2().shape);
    ASSERT_TRUE(saveRecipe(round, m_folder.path() / "round.json"));
    const auto model = openModel((m_folder.path() / "round.json").string());
    ASSERT_FALSE(model);
    EXPECT_NE(model.error().message.find("more than 16 recipes"), std::string::npos)
        << model.error().message;
}

} // namespace
} // namespace espalier
