// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Indices = std::vector<std::int64_t>;
using Blocks = std::vector<int>;

TEST(LlmPruner, RanksByTheChosenTaylorScore)
{
    Measurements m = test::everythingMeasured();
    m.scores.at("activation-taylor").mlp_LM =
        test::matrixOf(4, 3, {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3});
    const ModelShape half = test::toyShape(4, 2, 1, 2);
    const auto taylor = test::planOfToy("llm-pruner", half, m);
    ASSERT_TRUE(taylor) << taylor.error().message;
    EXPECT_EQ(test::streamOf(*taylor), (Indices{0, 2}));
    EXPECT_EQ(test::keptIn(*taylor, 0, AxisLabel::Mlp), (Indices{0, 2}));
    const auto activation =
        test::planOfToy("llm-pruner", half, m, {{"metric", std::string("activation-taylor")}});
    EXPECT_EQ(test::keptIn(*activation, 0, AxisLabel::Mlp), (Indices{1, 2}));
    EXPECT_TRUE(taylor->rules.empty()) << "no scale";
}

TEST(LlmPruner, RemovesTheBlocksOfLeastScoreBetweenTheProtectedOnes)
{
    Measurements m = test::everythingMeasured();
    m.scores.at("taylor").mlp_LM = test::matrixOf(4, 3, {0, 0, 0, 9, 9, 9, 5, 5, 5, 1, 1, 1});
    const ModelShape three = test::toyShape(3, 4, 2, 3);
    const auto blocks = [&](std::int64_t first, std::int64_t last) {
        return test::parentBlocksOf(*test::planOfToy(
            "llm-pruner", three, m, {{"protect-first", first}, {"protect-last", last}}));
    };
    EXPECT_EQ(blocks(0, 0), (Blocks{1, 2, 3}));
    EXPECT_EQ(blocks(1, 0), (Blocks{0, 1, 2}));
    EXPECT_EQ(blocks(1, 1), (Blocks{0, 1, 3}));
}

TEST(LlmPruner, NeedsGradients)
{
    const Method& method = *findMethod("llm-pruner");
    EXPECT_TRUE(method.needs(*completeOptions(method.options, {})).gradients);
}

} // namespace espalier
