// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/activation_bytes.h"

#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(ActivationBytes, CountTheStreamAndTheLogits)
{
    const ActivationBytes bytes = activationBytes(test::toyGpt2(), {.samples = 2, .tokens = 9});
    EXPECT_EQ(bytes.stream, 2 * 9 * 12 * 4);
    EXPECT_EQ(bytes.logits, 2 * 9 * 17 * 4);
    EXPECT_EQ(bytes.input, 4 * 2 * 9 * 8);
    EXPECT_GT(bytes.block, bytes.stream);
    EXPECT_GT(bytes.blockGraph, bytes.block);
    EXPECT_GT(bytes.headGraph, bytes.logits);
}

TEST(ActivationBytes, OfClassesAreAFewLogits)
{
    const ActivationBytes bytes = activationBytes(test::toyVit(), {.samples = 2, .tokens = 5});
    EXPECT_EQ(bytes.logits, 2 * 7 * 4);
    EXPECT_EQ(bytes.input, 2 * 2 * 8 * 4 * 4);
}

TEST(ActivationBytes, GrowWithTheSquareOfTheTokensWhereScoresAreSeen)
{
    const auto grows = [](const ModelConfig& config) {
        return activationBytes(config, {.samples = 1, .tokens = 800}).block
            > 9 * activationBytes(config, {.samples = 1, .tokens = 100}).block;
    };
    EXPECT_FALSE(grows(test::toyGpt2()));
    EXPECT_TRUE(grows(test::toyGemma2()));
    EXPECT_TRUE(grows(test::toyCait()));
}

TEST(ActivationBytes, GrowWithPadding)
{
    const ModelConfig config = test::toyBert();
    EXPECT_GT(activationBytes(config, {.samples = 4, .tokens = 9, .padded = true}).mask,
        activationBytes(config, {.samples = 4, .tokens = 9}).mask);
}

} // namespace
} // namespace espalier
