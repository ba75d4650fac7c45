// SPDX-License-Identifier: GPL-3.0-or-later
//
// Models that no machine holds: everything that would have to says so before it begins.

#include "core/architectures/catalog.h"
#include "core/engine/session.h"
#include "core/methods/catalog.h"
#include "tests/support/engine/reference_model.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

class TooLarge : public testing::Test
{
protected:
    TooLarge()
    {
        ::setenv("XDG_CACHE_HOME", m_place.path().c_str(), 1);
        std::string text;
        for (int i = 0; i < 100; ++i)
            text += "the quick brown fox ";
        m_data.source = m_place.write("text.txt", text).string();
        ModelConfig config = // 200 blocks of 9 GB
            test::toyGpt2({.layers = 200,
                .hidden = 4096,
                .heads = 32,
                .headDim = 128,
                .mlp = std::int64_t{1} << 18});
        config.shape.vocab = 256;
        m_place.write("large/config.json", writeModelConfig(config));
        m_large = Model::open(m_place.path() / "large");
    }

    template <typename Answer>
    static void expectRefusal(const Answer& answer, std::string_view what)
    {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::Resource);
        const std::string begin = fmt::format("{}: not enough memory: need ", what);
        EXPECT_TRUE(answer.error().message.starts_with(begin)) << answer.error().message;
        EXPECT_NE(answer.error().message.find(" MB, have "), std::string::npos);
    }

    [[nodiscard]] Recipe recipe(std::string method, std::int64_t layers) const
    {
        Recipe recipe;
        recipe.parentPath = "unused";
        recipe.method = std::move(method);
        recipe.shape = m_large->config().shape;
        recipe.shape.layers = layers;
        recipe.measure = MeasureSettings{};
        recipe.measure->data = m_data;
        return recipe;
    }

    TemporaryFolder m_place;
    DataSpec m_data;
    Result<Model> m_large = refused("not opened yet");
};

TEST_F(TooLarge, IsNotEvaluated)
{
    expectRefusal(evaluate(*m_large, m_data, 1), "evaluating");
}

TEST_F(TooLarge, IsNotRun)
{
    const auto input = m_place.path() / "in.safetensors";
    test::writeTensors(input, {{"input_ids", at::zeros({1, 4}, at::kLong)}});
    expectRefusal(forwardFile(*m_large, input, m_place.path() / "out", false), "running");
}

TEST_F(TooLarge, IsNotMeasured)
{
    for (const char* id : {"rms", "taylor"})
        expectRefusal(measure(*m_large, {.data = m_data, .samples = 2, .ids = {id}}), "measuring");
}

TEST_F(TooLarge, IsNotLearnedFrom)
{
    expectRefusal(planRecipeOf(*m_large, recipe("ligo", 201)), "learning operators");
    expectRefusal(planRecipeOf(*m_large, recipe("sheared", 199)), "learning masks");
}

TEST_F(TooLarge, IsNotMadeInMemory)
{
    const Result<TransferPlan> plan = makePlan(*findMethod("stackbert"),
        {.parent = m_large->config(), .childShape = m_large->config().shape, .options = {}});
    ASSERT_TRUE(plan) << plan.error().message;
    expectRefusal(scaleModel(*m_large, *plan), "scaling in memory");
}

} // namespace
} // namespace espalier
