// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/moment_growth.h"

#include "core/forward/loss.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/full_like.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

TransferPlan grownBy(const char* method, const ModelConfig& parent, const ModelShape& shape)
{
    Result<TransferPlan> plan = makePlan(
        *findMethod(method), {.parent = parent, .childShape = shape, .options = {}, .seed = {3}});
    EXPECT_TRUE(plan) << plan.error().message;
    return *std::move(plan);
}

ModelShape doubled(ModelShape shape)
{
    shape.hidden *= 2;
    shape.heads *= 2;
    shape.kvHeads *= 2;
    shape.mlp *= 2;
    return shape;
}

/// Gradients of the loss, and their squares: what the first update's moments are made of.
Moments gradientsOf(const ParameterSet& parameters)
{
    ParameterSet leaves = cloneOf(parameters);
    requireGradients(leaves);
    const Batch batch{
        .inputIds_BT = at::tensor({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, at::kLong).view({2, 6})};
    lossOf(leaves, batch).backward();
    Moments moments;
    for (const auto& [id, tensor] : leaves.tensors) {
        moments.first.emplace(id, tensor.grad().contiguous());
        moments.second.emplace(id, tensor.grad().square().contiguous());
    }
    return moments;
}

double largest(const at::Tensor& tensor)
{
    return tensor.abs().max().item<double>();
}

/// Where every cell is a copy and the logits stay, grown gradients are the destination's own.
void expectGradientsOfTheDestination(const char* method, const ModelShape& shape)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    const TransferPlan plan = grownBy(method, parent.config, shape);
    const Result<Moments> grown = grownMoments(plan, gradientsOf(parent));
    ASSERT_TRUE(grown) << grown.error().message;
    const Moments own = gradientsOf(*applyPlan(plan, parent));
    for (const auto& [id, gradient] : own.first) {
        const at::Tensor reached = grown->first.at(id).ne(0);
        EXPECT_LE(largest((grown->first.at(id) - gradient) * reached), 2e-5 * largest(gradient))
            << method << " " << nameOf(id);
        EXPECT_LE(largest((grown->second.at(id) - own.second.at(id)) * reached),
            5e-5 * largest(own.second.at(id)))
            << method << " " << nameOf(id);
    }
}

TEST(MomentGrowth, GivesADoubledModelTheGradientsThatItWouldHave)
{
    const ModelShape shape = doubled(test::toyGpt2().shape);
    expectGradientsOfTheDestination("hypercloning", shape);
    expectGradientsOfTheDestination("staged", shape);
}

TEST(MomentGrowth, GivesUnequalCopiesTheGradientsThatTheyWouldHave)
{
    ModelShape shape = test::toyGpt2().shape;
    shape.mlp += 3;
    expectGradientsOfTheDestination("net2net", shape);
}

TEST(MomentGrowth, HalvesAndQuartersTheMatricesOfADoubledModel)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    Moments eights;
    for (const auto& [id, tensor] : parent.tensors) {
        eights.first.emplace(id, at::full_like(tensor, 8));
        eights.second.emplace(id, at::full_like(tensor, 8));
    }
    const TransferPlan plan = grownBy("staged", parent.config, doubled(parent.config.shape));
    const Result<Moments> grown = grownMoments(plan, eights);
    ASSERT_TRUE(grown) << grown.error().message;
    const ParameterId up{Role::MlpUpWeight, 0};
    EXPECT_EQ(grown->first.at(up)[0][0].item<float>(), 4);
    EXPECT_EQ(grown->second.at(up)[0][0].item<float>(), 2);
    EXPECT_EQ(grown->first.at(up)[0][-1].item<float>(), 0) << "off the diagonal: made of nothing";
}

TEST(MomentGrowth, LeavesStackedBlocksTheirMomentsWhole)
{
    const ParameterSet parent = test::toyParameters(test::toyGpt2());
    ModelShape shape = parent.config.shape;
    shape.layers *= 2;
    Moments moments = gradientsOf(parent);
    const Result<Moments> grown = grownMoments(grownBy("stackbert", parent.config, shape), moments);
    ASSERT_TRUE(grown) << grown.error().message;
    const int copy = static_cast<int>(parent.config.shape.layers);
    EXPECT_TRUE(
        grown->first.at({Role::QkvWeight, copy}).equal(moments.first.at({Role::QkvWeight, 0})));
}

TEST(MomentGrowth, IsRefusedWhereCellsMixSeveral)
{
    const ModelConfig parent = test::toyGpt2();
    const Status status = carriesMoments(grownBy("ligo", parent, doubled(parent.shape)));
    ASSERT_FALSE(status);
    EXPECT_NE(
        status.error().message.find("found cells made of several parent cells"), std::string::npos)
        << status.error().message;
}

} // namespace
} // namespace espalier
