// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/trunk_by_block.h"

#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <utility>

namespace espalier {
namespace {

using test::toyBatch;
using test::toyParameters;

/// Remembers which blocks were read.
std::unique_ptr<WeightsByBlock> opened(
    const ParameterSet& parameters, std::vector<int>& read, std::stop_token stop = {})
{
    return WeightsByBlock::open(
        parameters.config,
        [&](ParameterId id) -> Result<at::Tensor> {
            if (read.empty() || read.back() != id.block)
                read.push_back(id.block);
            return parameters.at(id.role, id.block).clone();
        },
        std::move(stop))
        .value();
}

TEST(TrunkByBlock, LeavesTheStreamsOfTheWholeModelToTheBit)
{
    const at::NoGradGuard noGradients;
    for (const auto& [name, config] : test::toyFamilies()) {
        SCOPED_TRACE(name);
        const ParameterSet parameters = toyParameters(config);
        const std::vector<Batch> batches{toyBatch(config, 2, {1}), toyBatch(config, 3, {2})};
        std::vector<int> read;
        const Result<std::vector<at::Tensor>> found = runTrunks(*opened(parameters, read), batches);
        ASSERT_TRUE(found);
        for (std::size_t i = 0; i < batches.size(); ++i)
            EXPECT_TRUE(at::equal((*found)[i], runTrunk(parameters, batches[i])));
    }
}

TEST(TrunkByBlock, ReadsABlockOnceForAllBatches)
{
    const ParameterSet parameters = toyParameters(test::toyGpt2({.layers = 3}));
    const std::vector<Batch> batches(4, toyBatch(parameters.config, 1));
    std::vector<int> read;
    ASSERT_TRUE(runTrunks(*opened(parameters, read), batches));
    EXPECT_EQ(read, std::vector<int>({-1, 0, 1, 2}));
}

TEST(TrunkByBlock, ShowsTheBatchesInTurnAtEveryBlock)
{
    const ParameterSet parameters = toyParameters(test::toyGpt2());
    const std::vector<Batch> batches{
        toyBatch(parameters.config, 1), toyBatch(parameters.config, 2)};
    std::vector<std::pair<int, std::int64_t>> seen; // block, samples
    const TapObserver observer = [&](Tap tap, int block, const at::Tensor& value) {
        if (tap == Tap::Embedding || tap == Tap::AfterMlp)
            seen.emplace_back(block, value.size(0));
    };
    std::vector<int> read;
    ASSERT_TRUE(runTrunks(*opened(parameters, read), batches, observer));
    EXPECT_EQ(seen,
        (std::vector<std::pair<int, std::int64_t>>{
            {-1, 1}, {-1, 2}, {0, 1}, {0, 2}, {1, 1}, {1, 2}}));
}

TEST(TrunkByBlock, StopsBetweenBlocks)
{
    const ParameterSet parameters = toyParameters(test::toyGpt2({.layers = 3}));
    std::stop_source stop;
    std::vector<int> read;
    const auto weights = opened(parameters, read, stop.get_token());
    const TapObserver observer = [&](Tap, int block, const at::Tensor&) {
        if (block == 1)
            stop.request_stop();
    };
    const Result<at::Tensor> found =
        runTrunk(*weights, toyBatch(parameters.config, 1), observer, {.stop = stop.get_token()});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(read, std::vector<int>({-1, 0, 1}));
}

} // namespace
} // namespace espalier
