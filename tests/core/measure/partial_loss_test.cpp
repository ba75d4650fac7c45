// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/partial_loss.h"

#include "core/forward/loss.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <c10/core/InferenceMode.h>

namespace espalier {
namespace {

using test::toyBatch;
using test::toyGpt2;
using test::toyParameters;

double sumThrough(const ParameterSet& parameters, const Batch& batch, std::vector<int> blocks)
{
    const at::Tensor targets_N = targetsOf(parameters.config, batch);
    const at::Tensor logits = logitsOf(parameters, batch, {.blocks = std::move(blocks)});
    return static_cast<double>(predictionsIn(targets_N))
        * lossFromLogits(logits, targets_N).item<double>();
}

TEST(PartialLoss, IsThatOfTheWholeModelWithItsBranchsBlocks)
{
    const c10::InferenceMode noGradients;
    const ParameterSet parameters = toyParameters(toyGpt2({.layers = 3}));
    const Batch batch = toyBatch(parameters.config, 2);
    const at::Tensor entering_BTD = runTrunk(parameters, batch, {.blocks = std::vector<int>{}});
    const std::vector<int> second{1};
    const std::vector<int> outer{0, 2};
    WeightsInMemory weights(parameters);
    const auto sums = PartialLoss(weights, batch)
                          .sumsOf(std::vector<Branch>{
                              {entering_BTD, second}, {entering_BTD, outer}, {entering_BTD, {}}});
    ASSERT_TRUE(sums);
    EXPECT_EQ(sums->at(0), sumThrough(parameters, batch, {1}));
    EXPECT_EQ(sums->at(1), sumThrough(parameters, batch, {0, 2}));
    EXPECT_EQ(sums->at(2), sumThrough(parameters, batch, {}));
}

TEST(PartialLoss, AsksForABlockOnceForAllBranchesThatMemoryAllows)
{
    const c10::InferenceMode noGradients;
    const ParameterSet parameters = toyParameters(toyGpt2({.layers = 3}));
    const Batch batch = toyBatch(parameters.config, 2);
    const at::Tensor entering_BTD = runTrunk(parameters, batch, {.blocks = std::vector<int>{}});
    const std::vector<int> all{0, 1, 2};
    const std::vector<int> outer{0, 2};
    const std::vector<Branch> branches{{entering_BTD, all}, {entering_BTD, outer}};
    std::vector<int> read;
    const auto readsFor = [&](std::size_t streamBytes) {
        const auto weights =
            WeightsByBlock::open(parameters.config, [&](ParameterId id) -> Result<at::Tensor> {
                if (id.role == Role::QkvWeight)
                    read.push_back(id.block);
                return parameters.at(id.role, id.block);
            });
        read.clear();
        const auto sums = PartialLoss(**weights, batch, streamBytes).sumsOf(branches);
        EXPECT_TRUE(sums);
        return *sums;
    };
    const std::vector<double> together = readsFor(2 * entering_BTD.nbytes());
    EXPECT_EQ(read, std::vector<int>({0, 1, 2}));
    const std::vector<double> oneByOne = readsFor(entering_BTD.nbytes());
    EXPECT_EQ(read, std::vector<int>({0, 1, 2, 0, 2}));
    EXPECT_EQ(together, oneByOne);
}

} // namespace
} // namespace espalier
