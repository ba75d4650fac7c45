// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

class LearnOperators : public testing::Test
{
protected:
    LearnOperators()
    {
        std::string text;
        for (int i = 0; i < 400; ++i)
            text += "the quick brown fox ";
        m_recipe.measure = MeasureSettings{};
        m_recipe.measure->data.source = m_place.write("text.txt", text).string();
        m_recipe.parentPath = "unused";
        m_recipe.method = "ligo";
        m_recipe.options = {
            {"steps", std::int64_t{4}}, {"warm-up", std::int64_t{1}}, {"batch", std::int64_t{2}}};
        m_recipe.shape = m_parent.config().shape;
        m_recipe.shape.layers = 3;
        m_recipe.shape.mlp = 14;
    }

    static Model byteModel()
    {
        ModelConfig config = test::toyGpt2();
        config.shape.vocab = 256;
        return modelInMemory(test::toyParameters(config));
    }

    TemporaryFolder m_place;
    Model m_parent = byteModel();
    Recipe m_recipe;
};

TEST_F(LearnOperators, ARecipesPlanIsLearnedOnItsData)
{
    const auto planned = planRecipeOf(m_parent, m_recipe);
    ASSERT_TRUE(planned) << planned.error().message;
    ASSERT_TRUE(planned->operators);
    EXPECT_EQ(planned->operators->report.losses.size(), 4U);
    EXPECT_GT(planned->operators->report.distance, 0);
    Recipe unlearned = m_recipe;
    unlearned.options["steps"] = std::int64_t{0};
    const auto start = planRecipeOf(m_parent, unlearned);
    ASSERT_TRUE(start);
    EXPECT_FALSE(start->operators);
    EXPECT_NE(start->plan, planned->plan);
    EXPECT_EQ(planRecipeOf(m_parent, m_recipe)->plan, planned->plan) << "the same again";
}

TEST_F(LearnOperators, SavedOperatorsGiveTheSamePlanWithoutLearning)
{
    const auto planned = planRecipeOf(m_parent, m_recipe);
    ASSERT_TRUE(planned);
    const auto file = m_place.path() / "operators.h5";
    ASSERT_TRUE(saveOperators(*planned->operators, file));
    const auto loaded = loadOperators(file);
    ASSERT_TRUE(loaded) << loaded.error().message;
    m_recipe.measure->data.source = "/nowhere";
    const auto again = planRecipeOf(m_parent, m_recipe, std::nullopt, {}, *loaded);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->plan, planned->plan);
}

TEST_F(LearnOperators, OperatorsOfAnotherParentOrShapeAreRefused)
{
    const auto planned = planRecipeOf(m_parent, m_recipe);
    ASSERT_TRUE(planned);
    LearnedOperators other = *planned->operators;
    other.parentHash = std::string(64, 'f');
    const auto parent = planRecipeOf(m_parent, m_recipe, std::nullopt, {}, other);
    ASSERT_FALSE(parent);
    EXPECT_EQ(parent.error().message.rfind(
                  "operators: found a parent with hash \"ffffffffffff\", wanted ", 0),
        0U)
        << parent.error().message;
    m_recipe.shape.mlp = 15;
    const auto shape = planRecipeOf(m_parent, m_recipe, std::nullopt, {}, *planned->operators);
    ASSERT_FALSE(shape);
    EXPECT_EQ(shape.error().message, "operators: block 0, mlp: found 4 x 10, wanted 5 x 10");
}

TEST_F(LearnOperators, WithoutDataItIsRefused)
{
    ModelConfig config = test::toyGpt2(); // 17 tokens: no data of ours fit
    const Model parent = modelInMemory(test::toyParameters(config));
    m_recipe.measure.reset();
    const auto planned = planRecipeOf(parent, m_recipe);
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().message,
        "method ligo needs data: no built-in data suit this parent; name data to measure or learn "
        "on");
}

TEST_F(LearnOperators, GoAlongWithAnExport)
{
    const auto planned = planRecipeOf(m_parent, m_recipe);
    ASSERT_TRUE(planned);
    ExportSettings settings;
    settings.operators = std::make_shared<const LearnedOperators>(*planned->operators);
    const auto report =
        exportScaled(m_parent, planned->plan, m_recipe, m_place.path() / "out", settings);
    ASSERT_TRUE(report) << report.error().message;
    const auto loaded = loadOperators(m_place.path() / "out/operators.h5");
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->operators.depth, planned->operators->operators.depth);
}

} // namespace
} // namespace espalier
