// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/loss.h"
#include "core/forward/transformer.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

double lossWithout(const ParameterSet& parameters, const Batch& batch)
{
    const c10::NoGradGuard noGradients;
    return lossOf(parameters, batch).item<double>();
}

/// Central differences of three cells per parameter, everything in fp64.
void expectGradientsMatchDifferences(const ModelConfig& config)
{
    constexpr double kStep = 1e-5;
    ParameterSet parameters = convertedTo(test::toyParameters(config), at::kCPU, at::kDouble);
    const Batch batch = convertedTo(test::toyBatch(config, 3), at::kCPU, at::kDouble);
    requireGradients(parameters);
    lossOf(parameters, batch).backward();
    SequenceRng rng(Seed{2});
    for (auto& [id, tensor] : parameters.tensors) {
        ASSERT_TRUE(tensor.grad().defined()) << nameOf(id);
        double* const values = tensor.mutable_data_ptr<double>();
        const at::Tensor gradients = tensor.grad().contiguous();
        for (int n = 0; n < 3; ++n) {
            const auto i =
                static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(tensor.numel())));
            const double original = values[i];
            values[i] = original + kStep;
            const double above = lossWithout(parameters, batch);
            values[i] = original - kStep;
            const double below = lossWithout(parameters, batch);
            values[i] = original;
            EXPECT_NEAR(gradients.const_data_ptr<double>()[i], (above - below) / (2 * kStep), 1e-8)
                << nameOf(id);
        }
    }
}

TEST(Gradient, OfALanguageModelsLossIsItsSlope)
{
    expectGradientsMatchDifferences(test::toyGpt2());
}

TEST(Gradient, OfAnImageModelsLossIsItsSlope)
{
    expectGradientsMatchDifferences(test::toyVit());
}

TEST(Gradient, PassesThroughTalkingHeadsAndClassAttention)
{
    expectGradientsMatchDifferences(test::toyCait());
}

TEST(Gradient, PassesThroughSoftCapsWindowsAndRotation)
{
    expectGradientsMatchDifferences(test::toyGemma2());
}

TEST(Gradient, PassesThatRecordNoneSayTheSame)
{
    for (const test::ToyFamily& family : test::toyFamilies()) {
        ParameterSet parameters = test::toyParameters(family.config);
        const Batch batch = test::toyBatch(family.config, 3);
        at::Tensor unrecorded;
        {
            const c10::NoGradGuard noGradients;
            unrecorded = logitsOf(parameters, batch);
        }
        requireGradients(parameters);
        const at::Tensor recorded = logitsOf(parameters, batch).detach();
        const double scale = recorded.abs().max().item<double>();
        EXPECT_LT(unrecorded.sub(recorded).abs().max().item<double>(), 1e-5 * scale) << family.name;
    }
}

} // namespace
} // namespace espalier
