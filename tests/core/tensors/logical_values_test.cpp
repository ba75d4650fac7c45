// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/logical_values.h"

#include "core/tensors/fresh_parameters.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_stored.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace espalier {
namespace {

/// Compares with the parameter as it would be loaded.
void expectLoadedValues(const ParameterSet& parameters, at::ScalarType type)
{
    const auto stored =
        StoredModel::assign(parameters.config, test::storedTensors(parameters, type));
    ASSERT_TRUE(stored) << stored.error().message;
    for (const auto& [id, ignored] : parameters.tensors) {
        std::vector<float> seen;
        ASSERT_TRUE(visitValues(*stored, id, [&](std::span<const float> piece) {
            seen.insert(seen.end(), piece.begin(), piece.end());
        }));
        const at::Tensor wanted = stored->parameter(id)->contiguous();
        ASSERT_EQ(std::ssize(seen), wanted.numel()) << nameOf(id);
        EXPECT_TRUE(std::equal(seen.begin(), seen.end(), wanted.const_data_ptr<float>()))
            << parameters.config.family << " " << nameOf(id);
    }
}

TEST(LogicalValues, AreThoseOfTheLoadedParameterInEveryLayoutAndType)
{
    for (const ModelConfig& config : {test::toyGpt2(), test::toyVit(), test::toyLlama(),
             test::toyNeox(), test::toyBert(), test::toyCait()})
        for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16})
            expectLoadedValues(test::toyParameters(config), type);
}

TEST(LogicalValues, OfLargeTensorsComeInPieces)
{
    const ModelConfig config =
        test::toyGpt2({.layers = 1, .hidden = 1024, .heads = 16, .headDim = 64, .mlp = 4096});
    const ParameterSet parameters = freshParameters(config, {5});
    expectLoadedValues(parameters, at::kFloat);
    const auto stored = StoredModel::assign(config, test::storedTensors(parameters));
    std::size_t pieces = 0;
    ASSERT_TRUE(
        visitValues(*stored, {Role::MlpUpWeight, 0}, [&](std::span<const float>) { ++pieces; }));
    EXPECT_EQ(pieces, 4u); // 4096 x 1024 in pieces of 2^20
}

TEST(LogicalValues, SayWhatTheFileSays)
{
    const ParameterSet parameters = test::toyParameters(test::toyGpt2());
    std::vector<StoredTensor> tensors = test::storedTensors(parameters);
    for (StoredTensor& tensor : tensors)
        tensor.read = [](std::int64_t, std::span<std::byte>) -> Status {
            return refused("cut short");
        };
    const auto stored = StoredModel::assign(parameters.config, std::move(tensors));
    ASSERT_TRUE(stored);
    for (const ParameterId id : {ParameterId{Role::TokenEmbedding}, {Role::QkvWeight, 0}}) {
        const Status visited = visitValues(*stored, id, [](std::span<const float>) {});
        ASSERT_FALSE(visited);
        EXPECT_EQ(visited.error().message, "cut short");
    }
}

} // namespace
} // namespace espalier
