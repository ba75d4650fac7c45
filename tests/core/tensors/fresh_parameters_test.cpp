// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/fresh_parameters.h"

#include "tests/support/toy_model.h"

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/std.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

TEST(FreshParameters, EveryElementIsItsPlaceInTheStream)
{
    const at::Tensor values = normalTensor({3, 5}, 2, 0.1, {9});
    EXPECT_EQ(values.select(0, 1).select(0, 4).item<float>(),
        static_cast<float>(2 + 0.1 * CounterRng(Seed{9}).normal(9)));
}

TEST(FreshParameters, NumberOfThreadsChangesNothing)
{
    const int before = at::get_num_threads();
    at::set_num_threads(1);
    const at::Tensor alone = normalTensor({100'003}, 0, 1, {4});
    at::set_num_threads(4);
    const at::Tensor together = normalTensor({100'003}, 0, 1, {4});
    at::set_num_threads(before);
    EXPECT_TRUE(at::equal(alone, together));
}

TEST(FreshParameters, FollowThePublishedScheme)
{
    const ModelConfig config =
        test::toyGpt2({.layers = 2, .hidden = 96, .heads = 3, .headDim = 32, .mlp = 384});
    const ParameterSet parameters = freshParameters(config, {1});
    EXPECT_EQ(parameters.tensors.size(), parametersOf(config).size());
    EXPECT_NEAR(parameters.at(Role::MlpUpWeight, 0).std().item<double>(), 0.02, 0.0005);
    EXPECT_NEAR(
        parameters.at(Role::MlpDownWeight, 1).std().item<double>(), 0.02 / std::sqrt(4.0), 0.0003);
    EXPECT_EQ(parameters.at(Role::FinalNormGain).min().item<float>(), 1.0F);
    EXPECT_EQ(parameters.at(Role::QkvBias, 1).abs().max().item<float>(), 0.0F);
}

TEST(FreshParameters, BlocksDiffer)
{
    const ParameterSet parameters = freshParameters(test::toyGpt2(), {1});
    EXPECT_FALSE(at::equal(parameters.at(Role::QkvWeight, 0), parameters.at(Role::QkvWeight, 1)));
}

} // namespace
} // namespace espalier
