// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/gelu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

/// Values and slopes at 4001 places (no multiple of a vector's width) against LibTorch in fp64.
TEST(GeluTanh, ValuesAndSlopesAreTheFormulas)
{
    const at::Tensor x = at::linspace(-15, 15, 4001).set_requires_grad(true);
    const at::Tensor exact = x.detach().to(at::kDouble).set_requires_grad(true);
    const at::Tensor y = geluTanh(x);
    const at::Tensor wanted = at::gelu(exact, "tanh");
    y.sum().backward();
    wanted.sum().backward();
    const at::Tensor scale = exact.detach().abs().clamp_min(1);
    const auto worst = [&](const at::Tensor& a, const at::Tensor& b) {
        return (a.detach().to(at::kDouble) - b.detach()).abs().div(scale).max().item().toDouble();
    };
    EXPECT_LT(worst(y, wanted), 3e-7);
    EXPECT_LT(worst(x.grad(), exact.grad()), 1e-6);
}

TEST(GeluTanh, ExtremesStayWhatTheyAre)
{
    const at::Tensor y = geluTanh(at::tensor({0.0F, 1e4F, -1e4F, 1e20F, NAN}));
    const float* const values = y.const_data_ptr<float>();
    EXPECT_EQ(values[0], 0.0F);
    EXPECT_EQ(values[1], 1e4F);
    EXPECT_NEAR(values[2], 0.0F, 1e-20F);
    EXPECT_EQ(values[3], 1e20F);
    EXPECT_TRUE(std::isnan(values[4]));
}

TEST(GeluTanh, OtherTypesAreLibTorchs)
{
    const at::Tensor x = at::linspace(-3, 3, 7).to(at::kDouble);
    EXPECT_TRUE(geluTanh(x).equal(at::gelu(x, "tanh")));
}

} // namespace
} // namespace espalier
