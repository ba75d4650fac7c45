// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/plan_noise.h"

#include "core/tensors/apply_plan.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

constexpr ParameterId kDown = {Role::MlpDownWeight, 0};

/// MLP units 0 … 9, then 3 and 3 again; the last column reads nothing.
TransferPlan repeatedUnits(Noise noise)
{
    const ModelConfig config = test::toyGpt2();
    TransferPlan plan = test::identityPlan(config);
    plan.child.shape.mlp = 13;
    for (DestinationBlock& block : plan.blocks)
        block.maps[AxisLabel::Mlp] =
            AxisMap::repeat(10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 3, kNothing});
    plan.rules[kDown].noise = noise;
    return plan;
}

/// What the noise adds to the down projection of block 0. [12, 13]
at::Tensor addedBy(Noise noise)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    const TransferPlan noisy = repeatedUnits(noise);
    const TransferPlan quiet = repeatedUnits({});
    return applyPlan(resolve(noisy, kDown), parent, noisy.child.shape)
        .sub(applyPlan(resolve(quiet, kDown), parent, quiet.child.shape));
}

double rms(const at::Tensor& values)
{
    return std::sqrt(values.square().mean().item<double>());
}

TEST(PlanNoise, BalancedNoiseSumsToNothingOverCopiesAndLeavesOthersAlone)
{
    const at::Tensor added = addedBy({.std = 0.5, .balanced = true});
    const at::Tensor overCopies =
        added.select(1, 3).add(added.select(1, 10)).add(added.select(1, 11));
    EXPECT_LT(overCopies.abs().max().item<double>(), 1e-6);
    EXPECT_GT(rms(added.select(1, 3)), 0.1);
    EXPECT_LT(added.select(1, 4).abs().max().item<double>(), 1e-7) << "has no copy to balance it";
}

TEST(PlanNoise, UnreachedNoiseFillsOnlyWhatNoParentCellReaches)
{
    const at::Tensor added = addedBy({.std = 0.5, .unreachedOnly = true});
    EXPECT_EQ(added.narrow(1, 0, 12).abs().max().item<double>(), 0);
    EXPECT_GT(rms(added.select(1, 12)), 0.1);
}

TEST(PlanNoise, RelativeNoiseIsAShareOfTheSignal)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    const TransferPlan quiet = repeatedUnits({});
    const double signal = rms(applyPlan(resolve(quiet, kDown), parent, quiet.child.shape));
    const double unit = rms(addedBy({.std = 1}));
    EXPECT_NEAR(rms(addedBy({.std = 0.1, .relative = true})), 0.1 * signal * unit, 1e-6);
}

} // namespace
} // namespace espalier
