// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/footprint.h"

#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

ModelConfig gpt2Small()
{
    ModelConfig config = test::toyGpt2({12, 768, 12, 64, 3072});
    config.shape.vocab = 50257;
    config.shape.positions = 1024;
    return config;
}

ModelConfig vitBase()
{
    ModelConfig config = test::toyVit({12, 768, 12, 64, 3072});
    config.shape.channels = 3;
    config.shape.imageHeight = config.shape.imageWidth = 224;
    config.shape.patchHeight = config.shape.patchWidth = 16;
    config.shape.positions = 197;
    config.shape.classes = 1000;
    return config;
}

TEST(Footprint, OfGpt2SmallHasThePublishedNumberOfParameters)
{
    const Footprint footprint = footprintOf(gpt2Small(), 4);
    EXPECT_EQ(footprint.parameters, 124439808);
    EXPECT_EQ(footprint.bytes, 497759232);
    EXPECT_EQ(footprint.kvCacheBytesPerToken, 12 * 2 * 768 * 4);
}

TEST(Footprint, OfVitBaseHasThePublishedNumberOfParameters)
{
    const Footprint footprint = footprintOf(vitBase(), 2);
    EXPECT_EQ(footprint.parameters, 86567656);
    EXPECT_EQ(footprint.bytes, 173135312);
    EXPECT_EQ(footprint.kvCacheBytesPerToken, 0);
}

TEST(Footprint, CountsTwoFlopsPerWeightAndTokenAndTheAttention)
{
    // A block has 12 d^2 weights and 4 * positions * d flops of attention; the head is d * vocab.
    const double perBlock = 2 * 12 * 768.0 * 768.0 + 4 * 1024 * 768.0;
    const Footprint footprint = footprintOf(gpt2Small(), 4);
    EXPECT_EQ(footprint.forwardFlops, 12 * perBlock + 2 * 768.0 * 50257.0);
    EXPECT_EQ(footprint.trainingFlops, 3 * footprint.forwardFlops);
}

TEST(Footprint, CountsPatchesOnceAndTheClassTokenInTheBlocks)
{
    const double perBlock = 2 * 12 * 768.0 * 768.0 + 4 * 197 * 768.0;
    const double patches = 196 * 2 * 768.0 * 768.0; // a patch has 3 * 16 * 16 = 768 values
    EXPECT_EQ(
        footprintOf(vitBase(), 4).forwardFlops, 197 * 12 * perBlock + patches + 2 * 768.0 * 1000.0);
}

/// Sizes of the smallest published one.
ModelConfig caitXxs24()
{
    ModelConfig config = test::toyCait({24, 192, 4, 48, 768});
    config.shape.classMlp = 768;
    config.shape.channels = 3;
    config.shape.imageHeight = config.shape.imageWidth = 224;
    config.shape.patchHeight = config.shape.patchWidth = 16;
    config.shape.positions = 196;
    config.shape.classes = 1000;
    return config;
}

TEST(Footprint, OfCaitXxs24HasThePublishedNumberOfParameters)
{
    EXPECT_EQ(footprintOf(caitXxs24(), 4).parameters, 11956264);
}

TEST(Footprint, CountsTheClassTokenOnlyBehindTheTrunkAndTheHeadsThatMix)
{
    const double trunk = 2 * 12 * 192.0 * 192.0 + 4 * 196 * (192.0 + 4 * 4);
    // The class token asks 197; keys and values of all of them, the rest of the block of it alone.
    const double behind = 197 * (2 * 2 * 192.0 * 192.0 + 4 * 192.0) + 2 * (2 + 8) * 192.0 * 192.0;
    const double patches = 196 * 2 * 192.0 * 768.0; // a patch has 3 * 16 * 16 = 768 values
    EXPECT_EQ(footprintOf(caitXxs24(), 4).forwardFlops,
        196 * 24 * trunk + 2 * behind + patches + 2 * 192.0 * 1000.0);
}

TEST(Footprint, AnUntiedHeadAddsParametersButNoFlops)
{
    const Footprint tied = footprintOf(test::toyGpt2(), 4);
    const Footprint untied = footprintOf(test::toyGpt2({}, false), 4);
    EXPECT_EQ(untied.parameters - tied.parameters, 17 * 12);
    EXPECT_EQ(untied.forwardFlops, tied.forwardFlops);
}

} // namespace
} // namespace espalier
