// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/weight_source.h"

#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <vector>

namespace espalier {
namespace {

using test::toyCait;
using test::toyGpt2;
using test::toyParameters;

/// Hands out parameters and remembers which blocks were read.
struct Reader
{
    ParameterSet parameters;
    std::vector<int> blocks = {};

    WeightsByBlock::ReadParameter function()
    {
        return [this](ParameterId id) -> Result<at::Tensor> {
            if (blocks.empty() || blocks.back() != id.block)
                blocks.push_back(id.block);
            return parameters.at(id.role, id.block);
        };
    }
};

TEST(WeightsByBlock, ReadsWhatLiesOutsideTheTrunkOnceAndABlockWhenItIsAskedFor)
{
    Reader reader{toyParameters(toyGpt2())};
    const auto weights = WeightsByBlock::open(reader.parameters.config, reader.function());
    ASSERT_TRUE(weights);
    EXPECT_EQ(reader.blocks, std::vector<int>({-1}));
    EXPECT_TRUE((*weights)->outsideTrunk().find(Role::TokenEmbedding).defined());
    EXPECT_FALSE((*weights)->outsideTrunk().find(Role::QkvWeight, 0).defined());

    (void)(*weights)->block(1);
    (void)(*weights)->block(1);
    (void)(*weights)->block(0);
    EXPECT_EQ(reader.blocks, std::vector<int>({-1, 1, 0}));
}

TEST(WeightsByBlock, HoldsOneBlock)
{
    Reader reader{toyParameters(toyGpt2())};
    const auto weights = WeightsByBlock::open(reader.parameters.config, reader.function());
    ASSERT_TRUE(weights);
    const std::weak_ptr<const ParameterSet> first = *(*weights)->block(0);
    EXPECT_FALSE(first.expired());
    (void)(*weights)->block(1);
    EXPECT_TRUE(first.expired());
}

TEST(WeightsByBlock, GivesEveryParameterByItsName)
{
    Reader reader{toyParameters(toyCait())}; // has blocks behind the trunk, too
    const auto weights = WeightsByBlock::open(reader.parameters.config, reader.function());
    ASSERT_TRUE(weights);
    for (const auto& [id, values] : reader.parameters.tensors)
        EXPECT_TRUE(at::equal(*(*weights)->parameter(id), values)) << nameOf(id);
}

TEST(WeightsByBlock, SaysWhatItsReaderSays)
{
    Reader reader{toyParameters(toyGpt2())};
    const auto fails = [&, read = reader.function()](ParameterId id) -> Result<at::Tensor> {
        return id.block == 1 ? refused("cut short") : read(id);
    };
    const auto weights = WeightsByBlock::open(reader.parameters.config, fails);
    ASSERT_TRUE(weights);
    EXPECT_TRUE((*weights)->block(0));
    const auto second = (*weights)->block(1);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message, "cut short");
    EXPECT_FALSE((*weights)->parameter({Role::QkvWeight, 1}));
}

TEST(WeightsByBlock, ReadsNothingMoreOnceItIsToldToStop)
{
    Reader reader{toyParameters(toyGpt2())};
    std::stop_source stop;
    const auto weights =
        WeightsByBlock::open(reader.parameters.config, reader.function(), stop.get_token());
    ASSERT_TRUE(weights);
    stop.request_stop();
    const auto block = (*weights)->block(0);
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code, ErrorCode::Cancelled);
}

TEST(BytesByBlock, AreThoseOutsideTheTrunkOfABlockAndOfReadingItsLargestParameter)
{
    const ParameterSet parameters = toyParameters(toyGpt2({.layers = 3}));
    std::int64_t outside = 0;
    std::int64_t block = 0;
    std::int64_t largest = 0;
    for (const auto& [id, values] : parameters.tensors) {
        (id.block < 0 ? outside : block) += values.numel() * 4;
        largest = std::max(largest, values.numel() * 4);
    }
    const BytesByBlock bytes = bytesByBlock(parameters.config);
    EXPECT_EQ(bytes.held(), outside + block / 3);
    EXPECT_EQ(bytes.reading(), 2 * largest);
}

} // namespace
} // namespace espalier
