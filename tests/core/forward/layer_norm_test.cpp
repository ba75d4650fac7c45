// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/layer_norm.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

constexpr double kEpsilon = 1e-5;

/// An input with gain and bias, all of which want gradients.
struct Inputs
{
    at::Tensor x;
    at::Tensor gain;
    at::Tensor bias;
};

/// Wild enough that no row resembles another; each around another mean.
Inputs inputs(std::int64_t rows, std::int64_t columns, at::ScalarType type)
{
    const at::Tensor ramp = at::linspace(0, 1, rows * columns).to(at::kDouble);
    const at::Tensor x = ramp.mul(1e4).sin().mul(3).add(ramp.mul(7)).view({rows, columns});
    const at::Tensor along = at::linspace(0, 1, columns).to(at::kDouble);
    const auto leaf = [type](const at::Tensor& values) {
        return values.to(at::kFloat).to(type).set_requires_grad(true);
    };
    return {leaf(x), leaf(along.mul(40).cos().add(1.5)), leaf(along.mul(30).sin())};
}

/// All of one sign: sums that cancel would magnify rounding.
at::Tensor weightsFor(const at::Tensor& x)
{
    return at::linspace(0.1, 2, x.numel()).view(x.sizes()).to(x.scalar_type());
}

double worst(const at::Tensor& found, const at::Tensor& wanted)
{
    const at::Tensor scale = wanted.detach().abs().max();
    return (found.detach().to(at::kDouble) - wanted.detach()).abs().div(scale).max().item<double>();
}

class LayerNorm : public testing::TestWithParam<std::int64_t>
{
};

/// Values and all three gradients against LibTorch in fp64; 150 rows are more than two parts.
TEST_P(LayerNorm, ValuesAndGradientsAreTheFormulas)
{
    const Inputs own = inputs(150, GetParam(), at::kFloat);
    const Inputs exact = inputs(150, GetParam(), at::kDouble);
    const at::Tensor y = layerNorm(own.x, own.gain, own.bias, kEpsilon);
    const at::Tensor wanted =
        at::layer_norm(exact.x, {GetParam()}, exact.gain, exact.bias, kEpsilon);
    y.mul(weightsFor(own.x)).sum().backward();
    wanted.mul(weightsFor(exact.x)).sum().backward();
    EXPECT_LT(worst(y, wanted), 1e-6);
    EXPECT_LT(worst(own.x.grad(), exact.x.grad()), 2e-6);
    EXPECT_LT(worst(own.gain.grad(), exact.gain.grad()), 1e-5); // rows that partly cancel
    EXPECT_LT(worst(own.bias.grad(), exact.bias.grad()), 2e-6);
}

INSTANTIATE_TEST_SUITE_P(Columns, LayerNorm, testing::Values(5, 8, 61, 192, 1000));

TEST(LayerNorm, SlopesAreTheDifferences)
{
    const Inputs given = inputs(3, 21, at::kFloat);
    const auto sumAt = [&](const at::Tensor& x) {
        const at::Tensor y = layerNorm(x, given.gain.detach(), given.bias.detach(), kEpsilon);
        return y.mul(weightsFor(x)).sum(at::kDouble).item<double>();
    };
    layerNorm(given.x, given.gain, given.bias, kEpsilon).mul(weightsFor(given.x)).sum().backward();
    constexpr double kStep = 0.01;
    for (const std::int64_t at : {0, 7, 20}) {
        const auto moved = [&](double by) {
            const at::Tensor x = given.x.detach().clone();
            x[1][at].add_(by);
            return sumAt(x);
        };
        const double slope = (moved(kStep) - moved(-kStep)) / (2 * kStep);
        EXPECT_NEAR(given.x.grad()[1][at].item<double>(), slope, 1e-3);
    }
}

TEST(LayerNorm, ConstantRowsBecomeTheBiasAndNaNStaysInItsRow)
{
    const at::Tensor x = at::tensor({2.0F, 2.0F, 2.0F, 1.0F, NAN, 1.0F}).view({2, 3});
    const at::Tensor bias = at::tensor({1.0F, 2.0F, 3.0F});
    const at::Tensor y = layerNorm(x, at::ones({3}), bias, kEpsilon);
    EXPECT_TRUE(y[0].equal(bias));
    EXPECT_TRUE(y[1].isnan().all().item<bool>());
}

TEST(LayerNorm, ThreadsDoNotChangeABit)
{
    const auto gradientWith = [](int threads) {
        const int before = at::get_num_threads();
        at::set_num_threads(threads);
        const Inputs given = inputs(700, 96, at::kFloat);
        layerNorm(given.x, given.gain, given.bias, kEpsilon).square().sum().backward();
        at::set_num_threads(before);
        return given.gain.grad();
    };
    EXPECT_TRUE(gradientWith(1).equal(gradientWith(3)));
}

} // namespace
} // namespace espalier
