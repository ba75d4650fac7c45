// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/adamw.h"

#include "tests/support/toy_model.h"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

/// A model whose parameters all hold `value` and whose gradients all hold `gradient`.
ParameterSet constantModel(double value, double gradient)
{
    ParameterSet parameters{.config = test::toyGpt2()};
    for (const ParameterSpec& spec : parametersOf(parameters.config)) {
        at::Tensor tensor = at::full(sizesOf(spec, parameters.config.shape), value);
        tensor.set_requires_grad(true);
        tensor.mutable_grad() = at::full(tensor.sizes(), gradient);
        parameters.tensors.emplace(spec.id, tensor);
    }
    return parameters;
}

TEST(AdamW, FirstStepMovesByTheLearningRateAndDecaysOnlyMatricesAndTables)
{
    const ParameterSet parameters = constantModel(1, 0.5);
    AdamW optimizer(parameters, {.weightDecay = 0.1});
    optimizer.step(0.01, 1, 0);
    // m / (1 - beta1) = 0.5, sqrt(v / (1 - beta2)) = 0.5: the step is the learning rate itself.
    EXPECT_NEAR(
        parameters.at(Role::MlpUpWeight, 0)[0][0].item<double>(), 1 - 0.01 * 0.1 - 0.01, 1e-6);
    EXPECT_NEAR(
        parameters.at(Role::TokenEmbedding)[0][0].item<double>(), 1 - 0.01 * 0.1 - 0.01, 1e-6);
    EXPECT_NEAR(parameters.at(Role::MlpUpBias, 0)[0].item<double>(), 1 - 0.01, 1e-6);
    EXPECT_NEAR(parameters.at(Role::FinalNormGain)[0].item<double>(), 1 - 0.01, 1e-6);
}

TEST(AdamW, KeepsMomentsAsThePaperHasThem)
{
    const ParameterSet parameters = constantModel(1, 0.5);
    AdamW optimizer(parameters, {.beta1 = 0.9, .beta2 = 0.95});
    optimizer.step(0.01, 1, 0);
    optimizer.step(0.01, 1, 0);
    const ParameterId id{Role::FinalNormBias, -1};
    EXPECT_NEAR(optimizer.firstMoments().at(id)[0].item<double>(), 0.5 * (1 - 0.81), 1e-7);
    EXPECT_NEAR(optimizer.secondMoments().at(id)[0].item<double>(), 0.25 * (1 - 0.9025), 1e-7);
    EXPECT_EQ(optimizer.steps(), 2);
}

TEST(AdamW, ClipsByTheNormOfAllGradientsTogether)
{
    const ParameterSet parameters = constantModel(1, 0.5);
    const double norm = 0.5 * std::sqrt(static_cast<double>(elementsOf(parameters)));
    AdamW optimizer(parameters, {.beta1 = 0.9});
    EXPECT_NEAR(optimizer.gradientNorm(), norm, 1e-5 * norm);
    optimizer.step(0.01, norm, norm / 4);
    EXPECT_NEAR(optimizer.firstMoments().at({Role::FinalNormBias, -1})[0].item<double>(),
        0.1 * 0.125, 1e-7);
}

TEST(AdamW, LeavesSmallGradientsAlone)
{
    const ParameterSet parameters = constantModel(1, 0.5);
    AdamW optimizer(parameters, {});
    optimizer.step(0.01, 1, 2);
    EXPECT_NEAR(
        optimizer.firstMoments().at({Role::FinalNormBias, -1})[0].item<double>(), 0.05, 1e-7);
}

TEST(AdamW, ClearedGradientsAreGone)
{
    const ParameterSet parameters = constantModel(1, 0.5);
    AdamW optimizer(parameters, {});
    optimizer.clearGradients();
    EXPECT_FALSE(parameters.at(Role::FinalNormGain).grad().defined());
}

} // namespace
} // namespace espalier
