// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

ComparisonRun run(const char* arm, double rate, std::int64_t seed, double loss)
{
    return {.arm = arm,
        .learningRate = rate,
        .seed = seed,
        .untrainedLoss = 5,
        .trainedLoss = loss,
        .startSeconds = 3,
        .stepSeconds = 0.5};
}

TEST(Comparison, AnEstimateIsTheMeanWithStudentsInterval)
{
    const Estimate three = estimateOf({1, 2, 3});
    EXPECT_DOUBLE_EQ(three.mean, 2);
    EXPECT_NEAR(*three.halfWidth, 4.303 / std::sqrt(3.0), 1e-12) << "standard deviation 1, n = 3";
    EXPECT_FALSE(estimateOf({7}).halfWidth) << "one seed says nothing of the spread";
}

TEST(Comparison, EveryArmIsJudgedAtItsOwnBestRate)
{
    const auto summaries = summarise({run("random", 1e-3, 0, 3), run("random", 3e-3, 0, 2),
        run("random", 9e-3, 0, 4), run("subcloning", 1e-3, 0, 1), run("subcloning", 3e-3, 0, 1.5)});
    ASSERT_EQ(summaries.size(), 2U);
    EXPECT_EQ(summaries[0].arm, "subcloning") << "lowest loss first";
    EXPECT_EQ(summaries[0].learningRate, 1e-3);
    EXPECT_TRUE(summaries[0].atEdge) << "a lower rate was not tried";
    EXPECT_EQ(summaries[1].learningRate, 3e-3);
    EXPECT_FALSE(summaries[1].atEdge);
    EXPECT_DOUBLE_EQ(summaries[1].startInSteps, 6);
}

TEST(Comparison, ARateThatDivergedUnderAnySeedCannotWin)
{
    const auto summaries = summarise({run("a", 1e-3, 0, 2), run("a", 1e-3, 1, 2),
        run("a", 1e-2, 0, 1), run("a", 1e-2, 1, std::nan("")), run("b", 1e-3, 0, std::nan(""))});
    EXPECT_EQ(summaries[0].learningRate, 1e-3);
    EXPECT_EQ(summaries[0].seeds, 2);
    EXPECT_EQ(summaries[1].arm, "b");
    EXPECT_EQ(std::get<std::string>(comparisonTable(summaries).rows[1][2]), "diverged");
}

TEST(Comparison, IsWrittenAsAMarkdownTable)
{
    const std::string text =
        toMarkdown(comparisonTable(summarise({run("a", 1e-3, 0, 2), run("a", 1e-3, 1, 4)})));
    EXPECT_EQ(text,
        "| start | untrained loss (nats) | loss after training (nats) | learning rate | cost of "
        "the "
        "start (steps) | seeds |\n|---|---:|---:|---:|---:|---:|\n| a | 5.000 ± 0.000 | 3.000 ± "
        "12.706 | 0.001 (edge) | 6.0 | 2 |\n");
}

} // namespace
} // namespace espalier
