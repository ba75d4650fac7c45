// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/task_sizes.h"

#include "core/forward/transformer.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/scale_from_disk.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_stored.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

/// By a method that changes nothing in the trunk.
TransferPlan planWith(const ModelConfig& parent, Size size, std::int64_t value)
{
    ModelShape asked = askedSizes(parent.shape, parent.shape);
    set(asked, size, value);
    const auto plan = makePlan(*findMethod("net2net"),
        {.parent = parent, .childShape = destinationShape(parent.shape, asked)});
    EXPECT_TRUE(plan) << parent.family << ": " << plan.error().message;
    return *plan;
}

ParameterSet applied(const TransferPlan& plan, const ParameterSet& parent)
{
    return applyPlan(plan, parent).value();
}

at::Tensor logits(const ParameterSet& model, const Batch& batch)
{
    const at::NoGradGuard noGradients;
    return logitsOf(model, batch);
}

TEST(TaskSizesApplied, MorePositionsKeepTheLogitsOfWhatTheParentReads)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        if (!hasOwn(config.shape, Size::Positions))
            continue;
        const ParameterSet parent = test::toyParameters(config);
        const ParameterSet child = applied(planWith(config, Size::Positions, 14), parent);
        const Batch batch = test::toyBatch(config, 2);
        EXPECT_TRUE(at::equal(logits(parent, batch), logits(child, batch))) << name;
        const Batch longer = test::toyBatch(child.config, 2);
        EXPECT_EQ(longer.inputIds_BT.size(1), 14);
        EXPECT_EQ(logits(child, longer).size(0), 2) << name;
    }
}

TEST(TaskSizesApplied, MoreTokensKeepTheLogitsOfTheOldOnes)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        if (!hasOwn(config.shape, Size::Vocab))
            continue;
        const ParameterSet parent = test::toyParameters(config);
        const ParameterSet child = applied(planWith(config, Size::Vocab, 20), parent);
        const Batch batch = test::toyBatch(config, 2);
        at::Tensor wanted = logits(parent, batch);
        at::Tensor found = logits(child, batch);
        if (predictsTokens(config.flavour.task)) {
            EXPECT_EQ(found.size(-1), 20) << name;
            // Scores are linear in the rows of the head but for a cap.
            if (config.flavour.logitCap == 0) {
                EXPECT_TRUE(at::allclose(found.select(-1, 19), wanted.mean(-1), 1e-4, 1e-5))
                    << name;
            }
            found = found.narrow(-1, 0, 17);
        }
        EXPECT_TRUE(at::allclose(found, wanted, 1e-5, 1e-6)) << name;
    }
}

TEST(TaskSizesApplied, OtherClassesLeaveTheTrunkAsItWas)
{
    const ModelConfig config = test::toyDeit();
    const ParameterSet parent = test::toyParameters(config);
    const ParameterSet child = applied(planWith(config, Size::Classes, 3), parent);
    EXPECT_EQ(logits(child, test::toyBatch(config, 2)).size(1), 3);
    EXPECT_TRUE(at::equal(child.at(Role::FinalNormGain), parent.at(Role::FinalNormGain)));
    EXPECT_EQ(child.at(Role::DistillationHeadWeight).size(0), 3);
    EXPECT_EQ(child.at(Role::HeadBias).abs().sum().item<float>(), 0);
    EXPECT_NE(child.at(Role::HeadWeight).abs().sum().item<float>(), 0);
}

TEST(TaskSizesApplied, APictureOfAnotherSizeIsReadAtResampledPositions)
{
    for (const ModelConfig& config :
        {test::toyVit(), test::toyDeit(), test::toyDeit3(), test::toyCait()}) {
        const ParameterSet parent = test::toyParameters(config);
        const ParameterSet child = applied(planWith(config, Size::Image, 12), parent);
        EXPECT_EQ(logits(child, test::toyBatch(child.config, 2)).size(1), config.shape.classes);
        const std::int64_t inFront = config.shape.positions - 4;
        const at::Tensor from = parent.at(Role::PositionEmbedding);
        const at::Tensor to = child.at(Role::PositionEmbedding);
        EXPECT_TRUE(at::allclose(to.narrow(0, 0, inFront), from.narrow(0, 0, inFront)));
        EXPECT_TRUE(at::allclose( // the middle of 3 x 3
            to.select(0, inFront + 4), from.narrow(0, inFront, 4).mean(0), 1e-5, 1e-6));
    }
}

TEST(TaskSizesApplied, FilesGiveTheBitsThatMemoryGives)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        const ParameterSet parent = test::toyParameters(config);
        const auto stored = StoredModel::assign(config, test::storedTensors(parent));
        ASSERT_TRUE(stored) << stored.error().message;
        for (const Size size : kTaskSizes)
            for (const std::int64_t value : {4, 12, 24}) {
                if (!hasOwn(config.shape, size))
                    continue;
                const TransferPlan plan = planWith(config, size, value);
                const ParameterSet child = applied(plan, parent);
                for (const DiskTensor& disk :
                    diskTensorsOf(architectureOf(plan.child), plan.child)) {
                    const auto scaled = scaledDiskTensor(plan, *stored, disk);
                    ASSERT_TRUE(scaled) << scaled.error().message;
                    EXPECT_TRUE(at::equal(*scaled, toDiskLayout(child, disk, at::kFloat)))
                        << name << ", " << nameOf(size) << " " << value << ": " << disk.name;
                }
            }
    }
}

} // namespace
} // namespace espalier
