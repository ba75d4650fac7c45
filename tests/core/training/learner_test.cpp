// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/learner.h"

#include "core/forward/loss.h"
#include "core/training/distillation.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

Batch toyBatch()
{
    return {
        .inputIds_BT = at::tensor({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, at::kLong).view({2, 6})};
}

TEST(Learner, LeavesEmbeddingsAndFrozenBlocksAsTheyAre)
{
    const ParameterSet start = test::toyParameters(test::toyGpt2({.layers = 3}));
    Learner learner(start, {}, at::kCPU);
    (void)learner.step(toyBatch(), 0.1, 0, {.frozenBlocks = 2});
    const ParameterSet& after = learner.parameters();
    EXPECT_TRUE(at::equal(after.at(Role::TokenEmbedding), start.at(Role::TokenEmbedding)));
    EXPECT_TRUE(at::equal(after.at(Role::QkvWeight, 1), start.at(Role::QkvWeight, 1)));
    EXPECT_FALSE(at::equal(after.at(Role::QkvWeight, 2), start.at(Role::QkvWeight, 2)));
    (void)learner.step(toyBatch(), 0.1, 0);
    EXPECT_FALSE(at::equal(after.at(Role::QkvWeight, 1), start.at(Role::QkvWeight, 1)))
        << "all learn once nothing is frozen";
}

TEST(Learner, LeavesBlocksThatDidNotRunAsTheyAre)
{
    const ParameterSet start = test::toyParameters(test::toyGpt2({.layers = 3}));
    Learner learner(start, {.weightDecay = 0.5}, at::kCPU);
    (void)learner.step(toyBatch(), 0.1, 1, {.forward = {.blocks = std::vector<int>{0, 2}}});
    EXPECT_TRUE(
        at::equal(learner.parameters().at(Role::QkvWeight, 1), start.at(Role::QkvWeight, 1)));
    EXPECT_FALSE(
        at::equal(learner.parameters().at(Role::QkvWeight, 2), start.at(Role::QkvWeight, 2)));
}

TEST(Learner, ATeacherThatIsTheStudentAddsNothing)
{
    const ParameterSet start = test::toyParameters(test::toyGpt2());
    Learner learner(start, {}, at::kCPU);
    learner.setTeacher(start);
    const double plain = lossOf(start, toyBatch()).item<double>();
    const StepResult taught = learner.step(toyBatch(), 0, 0, {.teacherWeight = 0.25});
    EXPECT_NEAR(taught.loss, 0.75 * plain, 1e-5);
}

TEST(Learner, HiddenStatesOfACutOutStudentAreComparedWithItsTeachers)
{
    const ParameterSet teacher = test::toyParameters(test::toyGpt2({.layers = 3}));
    Learner learner(teacher, {}, at::kCPU);
    StreamMatch same{.channels = {}, .blocks = {0, 1, 2}};
    for (std::int64_t j = 0; j < teacher.config.shape.hidden; ++j)
        same.channels.push_back(j);
    learner.setTeacher(teacher, same);
    const StepVariant plain{.teacherWeight = 1};
    const StepVariant comparing{.teacherWeight = 1, .hiddenWeight = 2};
    EXPECT_NEAR(learner.step(toyBatch(), 0, 0, comparing).loss, 0, 1e-6) << "it is its teacher";

    StreamMatch shifted = same;
    std::swap(shifted.channels[0], shifted.channels[1]);
    learner.setTeacher(teacher, shifted);
    const double apart = learner.step(toyBatch(), 0, 0, comparing).loss;
    EXPECT_GT(apart, 0.01);
    EXPECT_NEAR(learner.step(toyBatch(), 0, 0, plain).loss, 0, 1e-6);
    const StepVariant once{.teacherWeight = 1, .hiddenWeight = 1};
    EXPECT_NEAR(learner.step(toyBatch(), 0, 0, once).loss, apart / 2, 1e-5);
}

TEST(Distillation, IsTheTemperedDivergenceOfTeacherFromStudent)
{
    const at::Tensor student = at::tensor({0.0, 0.0}, at::kFloat).view({1, 2});
    const at::Tensor teacher = at::tensor({2 * std::log(3.0), 0.0}, at::kFloat).view({1, 2});
    const double divergence =
        0.75 * std::log(1.5) + 0.25 * std::log(0.5); // of {3/4, 1/4} from {1/2, 1/2}
    EXPECT_NEAR(distillationLoss(student, teacher, at::tensor({1}, at::kLong), 2).item<double>(),
        4 * divergence, 1e-5);
}

TEST(Distillation, SkipsPlacesThatAreNotPredicted)
{
    const at::Tensor student = at::tensor({0.0, 0.0, 5.0, 0.0}, at::kFloat).view({2, 2});
    const at::Tensor teacher = at::tensor({0.0, 0.0, 0.0, 5.0}, at::kFloat).view({2, 2});
    EXPECT_NEAR(
        distillationLoss(student, teacher, at::tensor({1, -100}, at::kLong), 1).item<double>(), 0,
        1e-6);
}

TEST(TokenSubset, OfAllTokensIsThePlainForwardPass)
{
    const ParameterSet model = test::toyParameters(test::toyLlama({.layers = 3}));
    ForwardOptions some;
    some.tokens = TokenSubset{
        .columns_K = at::tensor({0, 1, 2, 3, 4, 5}, at::kLong), .firstBlock = 1, .endBlock = 2};
    EXPECT_TRUE(at::equal(logitsOf(model, toyBatch(), some), logitsOf(model, toyBatch())));
}

TEST(TokenSubset, LetsTheOthersPassTheBlocksBy)
{
    const ParameterSet model = test::toyParameters(test::toyLlama({.layers = 3}));
    ForwardOptions some;
    some.tokens =
        TokenSubset{.columns_K = at::tensor({0, 2, 5}, at::kLong), .firstBlock = 1, .endBlock = 2};
    ForwardOptions without;
    without.blocks = std::vector<int>{0};
    ForwardOptions upTo = some;
    upTo.blocks = std::vector<int>{0, 1};
    const at::Tensor passed = runTrunk(model, toyBatch(), without);
    const at::Tensor mixed = runTrunk(model, toyBatch(), upTo);
    EXPECT_TRUE(at::equal(mixed.select(1, 3), passed.select(1, 3)));
    EXPECT_FALSE(at::equal(mixed.select(1, 5), passed.select(1, 5)));
}

} // namespace
} // namespace espalier
