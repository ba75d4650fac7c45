// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/gelu.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

class Gelu : public testing::TestWithParam<GeluForm>
{
protected:
    [[nodiscard]] static at::Tensor libTorch(const at::Tensor& values)
    {
        return at::gelu(values, GetParam() == GeluForm::Tanh ? "tanh" : "none");
    }
};

double worst(const at::Tensor& found, const at::Tensor& wanted, const at::Tensor& scale)
{
    return (found.detach().to(at::kDouble) - wanted.detach()).abs().div(scale).max().item<double>();
}

/// Values and slopes at 4001 places (no multiple of a vector's width) against LibTorch in fp64.
TEST_P(Gelu, ValuesAndSlopesAreTheFormulas)
{
    const at::Tensor x = at::linspace(-15, 15, 4001).set_requires_grad(true);
    const at::Tensor exact = x.detach().to(at::kDouble).set_requires_grad(true);
    const at::Tensor y = gelu(GetParam(), x);
    const at::Tensor wanted = libTorch(exact);
    y.sum().backward();
    wanted.sum().backward();
    const at::Tensor scale = exact.detach().abs().clamp_min(1);
    EXPECT_LT(worst(y, wanted, scale), 2e-7);
    EXPECT_LT(worst(x.grad(), exact.grad(), scale), 1e-6);
}

/// 130 rows are more than two parts; 21 columns are no multiple of a vector's width.
TEST_P(Gelu, AddsABiasAndSumsItsGradient)
{
    const at::Tensor x = at::linspace(-4, 4, 130 * 21).view({130, 21});
    const at::Tensor bias = at::linspace(-1, 1, 21).set_requires_grad(true);
    const at::Tensor weights = at::linspace(0, 2, 130 * 21).view({130, 21});
    const at::Tensor exact = bias.detach().to(at::kDouble).set_requires_grad(true);
    gelu(GetParam(), x, bias).mul(weights).sum().backward();
    libTorch(x.to(at::kDouble).add(exact)).mul(weights).sum().backward();
    EXPECT_LT(worst(bias.grad(), exact.grad(), exact.grad().abs()), 1e-6);
}

TEST_P(Gelu, OverwritesOnlyWhatNobodyElseHolds)
{
    const at::Tensor x = at::linspace(-3, 3, 100);
    const at::Tensor before = x.clone();
    const at::Tensor y = gelu(GetParam(), x);
    EXPECT_TRUE(x.equal(before));
    EXPECT_FALSE(y.is_same(x));
    at::Tensor mine = x.clone();
    const void* const memory = mine.const_data_ptr();
    const at::Tensor mineToo = gelu(GetParam(), std::move(mine));
    EXPECT_EQ(mineToo.const_data_ptr(), memory);
    EXPECT_TRUE(mineToo.equal(y));
}

/// The same graph twice, once with an intermediate that may be overwritten: same gradients.
TEST_P(Gelu, OverwritingLeavesGradientsAlone)
{
    const at::Tensor x = at::linspace(-3, 3, 100).set_requires_grad(true);
    const at::Tensor held = x.mul(2);
    gelu(GetParam(), held).square().sum().backward();
    const at::Tensor wanted = x.grad().clone();
    x.mutable_grad() = at::Tensor();
    gelu(GetParam(), x.mul(2)).square().sum().backward();
    EXPECT_TRUE(x.grad().equal(wanted));
}

TEST_P(Gelu, ThreadsDoNotChangeABit)
{
    const auto gradientWith = [](int threads) {
        const int before = at::get_num_threads();
        at::set_num_threads(threads);
        const at::Tensor bias = at::linspace(-1, 1, 200).set_requires_grad(true);
        gelu(GetParam(), at::linspace(-4, 4, 100000).view({500, 200}), bias).sum().backward();
        at::set_num_threads(before);
        return bias.grad();
    };
    EXPECT_TRUE(gradientWith(1).equal(gradientWith(3)));
}

TEST_P(Gelu, ExtremesStayWhatTheyAre)
{
    const at::Tensor y = gelu(GetParam(), at::tensor({0.0F, 1e4F, -1e4F, 1e20F, NAN}));
    const float* const values = y.const_data_ptr<float>();
    EXPECT_EQ(values[0], 0.0F);
    EXPECT_EQ(values[1], 1e4F);
    EXPECT_NEAR(values[2], 0.0F, 1e-20F);
    EXPECT_EQ(values[3], 1e20F);
    EXPECT_TRUE(std::isnan(values[4]));
}

TEST_P(Gelu, OtherTypesAreLibTorchs)
{
    const at::Tensor x = at::linspace(-3, 3, 7).to(at::kDouble);
    EXPECT_TRUE(gelu(GetParam(), x).equal(libTorch(x)));
    EXPECT_TRUE(gelu(GetParam(), x, x).equal(libTorch(x.add(x))));
}

INSTANTIATE_TEST_SUITE_P(Forms, Gelu, testing::Values(GeluForm::Tanh, GeluForm::Erf),
    [](const auto& form) { return form.param == GeluForm::Tanh ? "Tanh" : "Erf"; });

} // namespace
} // namespace espalier
