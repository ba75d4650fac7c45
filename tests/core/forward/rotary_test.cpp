// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/rotary.h"

#include "tests/support/toy_model.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace espalier {
namespace {

/// Heads of 4 channels; theta 100 makes the second pair turn ten times slower than the first.
ModelConfig turningModel()
{
    ModelConfig config = test::toyLlama();
    config.flavour.rotary.theta = 100;
    return config;
}

double angle(const Rotation& rotation, std::int64_t token, std::int64_t pair)
{
    return std::atan2(rotation.sin_T1h[token][0][pair].item<double>(),
        rotation.cos_T1h[token][0][pair].item<double>());
}

TEST(Rotary, AnglesGrowWithTheColumnAndShrinkWithThePair)
{
    const Rotation rotation = rotationOf(turningModel(), 3, at::kFloat);
    ASSERT_EQ(rotation.cos_T1h.sizes().vec(), (std::vector<std::int64_t>{3, 1, 2}));
    EXPECT_NEAR(angle(rotation, 0, 1), 0, 1e-6);
    EXPECT_NEAR(angle(rotation, 2, 0), 2, 1e-6);
    EXPECT_NEAR(angle(rotation, 2, 1), 0.2, 1e-6);
}

TEST(Rotary, LinearScalingDividesAngles)
{
    ModelConfig config = turningModel();
    config.flavour.rotary.scaling = RotaryScaling::Linear;
    config.flavour.rotary.factor = 4;
    const Rotation rotation = rotationOf(config, 3, at::kFloat);
    EXPECT_NEAR(angle(rotation, 2, 0), 0.5, 1e-6);
    EXPECT_NEAR(angle(rotation, 2, 1), 0.05, 1e-6);
}

TEST(Rotary, Llama3ScalingLeavesShortWavelengthsAlone)
{
    ModelConfig config = turningModel(); // wavelengths 6.28 and 62.8
    Rotary& rotary = config.flavour.rotary;
    rotary.scaling = RotaryScaling::Llama3;
    rotary.factor = 8;
    rotary.originalPositions = 40; // below 10: kept; above 40: divided
    EXPECT_NEAR(angle(rotationOf(config, 3, at::kFloat), 2, 0), 2, 1e-6);
    EXPECT_NEAR(angle(rotationOf(config, 3, at::kFloat), 2, 1), 0.025, 1e-6);
    rotary.originalPositions = 100; // 62.8 lies between 25 and 100
    const double keep = (100 / (20 * std::numbers::pi) - 1) / 3;
    EXPECT_NEAR(angle(rotationOf(config, 3, at::kFloat), 2, 1),
        2 * ((1 - keep) * 0.1 / 8 + keep * 0.1), 1e-6);
}

TEST(Rotary, TurnsChannelPairsThatLieHalfARotaryDimensionApart)
{
    const double quarter = std::acos(0.0);
    const Rotation rotation = {.cos_T1h = at::tensor({0.0F}).view({1, 1, 1}),
        .sin_T1h = at::tensor({1.0F}).view({1, 1, 1})};
    EXPECT_NEAR(angle(rotation, 0, 0), quarter, 1e-6);
    const at::Tensor heads = at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 1, 1, 4});
    const at::Tensor turned = at::tensor({-2.0F, 1.0F, 3.0F, 4.0F}).view({1, 1, 1, 4});
    EXPECT_TRUE(at::allclose(rotated(heads, rotation), turned));
}

TEST(Rotary, HeadsInBf16TurnInTheTypeOfTheAngles)
{
    const Rotation rotation = rotationOf(turningModel(), 3, at::kFloat);
    const at::Tensor heads = at::ones({1, 3, 1, 4}, at::kBFloat16);
    const at::Tensor recorded = rotated(heads, rotation);
    const c10::NoGradGuard noGradients;
    EXPECT_EQ(rotated(heads, rotation).scalar_type(), at::kFloat);
    EXPECT_TRUE(at::allclose(rotated(heads, rotation), recorded));
}

TEST(Rotary, FlavoursWithATableTurnNothing)
{
    EXPECT_FALSE(rotationOf(test::toyGpt2(), 3, at::kFloat).cos_T1h.defined());
}

} // namespace
} // namespace espalier
