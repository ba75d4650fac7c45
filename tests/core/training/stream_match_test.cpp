// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/stream_match.h"

#include "tests/support/toy_growth.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

ModelShape half(ModelShape shape)
{
    shape.hidden /= 2;
    shape.heads /= 2;
    shape.kvHeads /= 2;
    shape.mlp /= 2;
    shape.layers = 1;
    return shape;
}

TEST(StreamMatch, IsThePlansSelectionOfChannelsAndBlocks)
{
    const ModelConfig parent = test::toyConfig();
    const auto plan = test::grow("subcloning", half(parent.shape),
        {{"order", std::string("stride")}, {"depth", std::string("last")}});
    ASSERT_TRUE(plan) << plan.error().message;
    const Result<StreamMatch> match = streamMatchOf(*plan);
    ASSERT_TRUE(match) << match.error().message;
    EXPECT_EQ(match->channels, plan->globalMaps.at(AxisLabel::Residual).child_from_parent);
    EXPECT_EQ(match->blocks, (std::vector<int>{static_cast<int>(parent.shape.layers) - 1}));
}

TEST(StreamMatch, EndsWithTheTrunk)
{
    ModelConfig parent = test::toyCait();
    ModelShape shape = parent.shape;
    shape.layers = 1;
    const auto plan = test::grow("weight-selection", shape, {}, parent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(streamMatchOf(*plan)->blocks, (std::vector<int>{0}));
}

TEST(StreamMatch, IsRefusedForStartsThatAreNoCut)
{
    ModelShape deeper = test::toyConfig().shape;
    deeper.layers *= 2;
    EXPECT_FALSE(streamMatchOf(*test::grow("stackbert", deeper)));
    EXPECT_FALSE(streamMatchOf(*test::grow("random", half(test::toyConfig().shape))));
}

TEST(HiddenStateLoss, IsTheMeanRelativeSquaredDistance)
{
    const Streams teacher = {{0, at::tensor({3.0, 9.0, 4.0}, at::kFloat).view({1, 1, 3})},
        {2, at::tensor({1.0, 0.0, 0.0}, at::kFloat).view({1, 1, 3})}};
    const Streams student = {{0, at::tensor({3.0, 9.0}, at::kFloat).view({1, 1, 2})},
        {1, at::tensor({1.0, 1.0}, at::kFloat).view({1, 1, 2})}};
    const StreamMatch match{.channels = {0, 2}, .blocks = {0, 2}};
    // Block 0: (0, 5) against (3, 4): 25 / 25. Block 1: (0, 1) against (1, 0): 1 / 1.
    EXPECT_FLOAT_EQ(hiddenStateLoss(student, teacher, match).item<float>(), 1);
    EXPECT_EQ(hiddenStateLoss({}, teacher, match).item<float>(), 0) << "no block ran";
}

} // namespace
} // namespace espalier
