// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/mixed_precision.h"

#include "core/training/learner.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr int kSteps = 40;

ModelConfig toy()
{
    return test::toyGpt2({.hidden = 32, .heads = 2, .headDim = 16, .mlp = 64});
}

/// Losses of a training that begins and draws its batches from a seed.
std::vector<double> curve(Products products, std::uint64_t seed)
{
    Learner learner(test::toyParameters(toy(), {seed}), {}, at::kCPU, products);
    std::vector<double> losses;
    for (int i = 0; i < kSteps; ++i) {
        const Batch batch = test::toyBatch(toy(), 8, {100 * seed + static_cast<unsigned>(i) % 4});
        losses.push_back(learner.step(batch, 3e-3, 1).loss);
    }
    for (const auto& [id, tensor] : learner.parameters().tensors)
        EXPECT_EQ(tensor.scalar_type(), at::kFloat) << nameOf(id);
    return losses;
}

double meanDistance(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::abs(a[i] - b[i]);
    return sum / static_cast<double>(a.size());
}

TEST(MixedPrecision, LossCurveStaysWithinTheNoiseOfSeeds)
{
    const std::vector<double> exact = curve(Products::Fp32, 1);
    const std::vector<double> mixed = curve(Products::Bf16, 1);
    const double noise = std::min(meanDistance(exact, curve(Products::Fp32, 2)),
        meanDistance(exact, curve(Products::Fp32, 3)));
    EXPECT_LT(exact.back(), 0.7 * exact.front());
    EXPECT_NE(mixed, exact); // bf16 was at work
    EXPECT_LT(meanDistance(mixed, exact), noise / 3);
}

TEST(MixedPrecision, NarrowsProductsWhileItLives)
{
    const at::Tensor ones = at::ones({2, 2});
    {
        const MixedPrecision guard(at::kCPU);
        EXPECT_EQ(at::linear(ones, ones).scalar_type(), at::kBFloat16);
        EXPECT_EQ(ones.add(ones).scalar_type(), at::kFloat);
    }
    EXPECT_EQ(at::linear(ones, ones).scalar_type(), at::kFloat);
}

} // namespace
} // namespace espalier
