// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/scale_from_disk.h"

#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/fresh_parameters.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/engine/toy_stored.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::identityPlan;
using test::toyGpt2;
using test::toyParameters;

/// Half of everything, the first of each kind.
TransferPlan firstHalf(const ModelConfig& parent)
{
    ModelShape shape = parent.shape;
    shape.layers = 1;
    shape.heads = 1;
    shape.kvHeads = 1;
    shape.hidden = parent.shape.headDim;
    shape.mlp = 5;
    const auto plan = makePlan(*findMethod("subcloning"),
        {.parent = parent, .childShape = shape, .options = {{"order", std::string("first")}}});
    EXPECT_TRUE(plan) << plan.error().message;
    return *plan;
}

/// Reads `parent` as files would hold it in this type, and compares with the way through memory.
void expectSameBits(
    const TransferPlan& plan, const ParameterSet& parent, at::ScalarType type = at::kFloat)
{
    const auto stored = StoredModel::assign(plan.parent, test::storedTensors(parent, type));
    ASSERT_TRUE(stored) << stored.error().message;
    const auto loaded = stored->all({});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto child = applyPlan(plan, *loaded);
    ASSERT_TRUE(child);
    for (const DiskTensor& disk : diskTensorsOf(architectureOf(plan.child), plan.child)) {
        const auto scaled = scaledDiskTensor(plan, *stored, disk);
        ASSERT_TRUE(scaled) << scaled.error().message;
        const at::Tensor wanted = toDiskLayout(*child, disk, at::kFloat);
        ASSERT_EQ(scaled->sizes(), wanted.sizes()) << disk.name;
        EXPECT_EQ(std::memcmp(bytesOf(*scaled).data(), bytesOf(wanted).data(), wanted.nbytes()), 0)
            << disk.name;
    }
}

TEST(ScaleFromDisk, GivesTheBitsOfApplyPlanInEveryLayout)
{
    for (const ModelConfig& config :
        {toyGpt2(), toyGpt2({}, false), test::toyVit(), test::toyLlama()})
        for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
            const ParameterSet parent = toyParameters(config);
            expectSameBits(identityPlan(config), parent, type);
            expectSameBits(firstHalf(config), parent, type);
            expectSameBits(test::permutationPlan(config, {3}), parent, type);
        }
}

TEST(ScaleFromDisk, FactorsOfRowsAndColumnsMultiplyInOneOrder)
{
    const ModelConfig config = toyGpt2();
    TransferPlan plan = identityPlan(config);
    plan.child.shape.mlp = 13;
    for (DestinationBlock& block : plan.blocks)
        block.terms.front().maps[AxisLabel::Mlp] =
            AxisMap::repeat(10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 3, 7});
    plan.rules[{Role::MlpDownWeight, 0}].scale = 1.1;
    plan.rules[{Role::MlpUpWeight, 1}].scale = 0.3;
    expectSameBits(plan, toyParameters(config));
    plan.blocks[0].terms.push_back(plan.blocks[0].terms.front());
    plan.blocks[0].terms[0].weight = 0.7;
    plan.blocks[0].terms[1].weight = 0.3;
    plan.blocks[0].terms[1].parentBlock = 1;
    expectSameBits(plan, toyParameters(config));
}

TEST(ScaleFromDisk, WhatIsNotASelectionTakesTheWayThroughMemory)
{
    const ModelConfig config = toyGpt2();
    TransferPlan plan = identityPlan(config);
    plan.rules[{Role::TokenEmbedding, -1}] = {.fresh = true, .noise = Noise{.mean = 1, .std = 0.5}};
    plan.rules[{Role::MlpUpWeight, 1}].noise = Noise{.mean = 0, .std = 0.1};
    plan.rules[{Role::MlpUpWeight, 0}].foldedGain = Role::MlpNormGain;
    Matrix mixed{.rows = 10, .cols = 10, .values = std::vector<double>(100, 0.1)};
    plan.blocks[0].terms.front().maps[AxisLabel::Mlp] = AxisMap::dense(mixed, mixed);
    expectSameBits(plan, toyParameters(config));
}

TEST(ScaleFromDisk, LargeTensorsAreReadInBands)
{
    const ModelConfig config =
        toyGpt2({.layers = 1, .hidden = 1024, .heads = 16, .headDim = 64, .mlp = 4096});
    expectSameBits(test::permutationPlan(config, {6}), freshParameters(config, {5}));
}

TEST(ScaleFromDisk, RowsThatLieFarApartAreReadOneByOne)
{
    const ModelConfig config = toyGpt2({.mlp = 64});
    TransferPlan plan = identityPlan(config);
    plan.child.shape.mlp = 3;
    for (DestinationBlock& block : plan.blocks)
        block.terms.front().maps[AxisLabel::Mlp] = AxisMap::select(64, {63, 0, 31});
    expectSameBits(plan, toyParameters(config));
    expectSameBits(plan, toyParameters(config), at::kBFloat16);
}

TEST(StoredModel, ReadsOneParameterAsLoadParametersDoes)
{
    for (const ModelConfig& config : {toyGpt2(), test::toyVit(), test::toyLlama()}) {
        const ParameterSet parameters = toyParameters(config);
        const auto stored = StoredModel::assign(config, test::storedTensors(parameters));
        ASSERT_TRUE(stored);
        for (const auto& [id, values] : parameters.tensors)
            EXPECT_TRUE(at::equal(stored->parameter(id).value(), values)) << nameOf(id);
    }
}

TEST(StoredModel, ATiedHeadWithValuesOfItsOwnIsRefused)
{
    const ParameterSet parameters = toyParameters(toyGpt2());
    std::vector<StoredTensor> tensors = test::storedTensors(parameters);
    const at::Tensor& embedding = parameters.at(Role::TokenEmbedding);
    tensors.push_back(test::storedTensor("lm_head.weight", embedding));
    EXPECT_TRUE(StoredModel::assign(parameters.config, tensors)->checkCopies({}));
    tensors.back() = test::storedTensor("lm_head.weight", embedding.add(1));
    const Status copies = StoredModel::assign(parameters.config, tensors)->checkCopies({});
    ASSERT_FALSE(copies);
    EXPECT_NE(copies.error().message.find("\"lm_head.weight\": found values of its own"),
        std::string::npos);
}

TEST(StoredModel, UnreadBuffersMayHaveAnyType)
{
    const ParameterSet parameters = toyParameters(toyGpt2());
    std::vector<StoredTensor> tensors = test::storedTensors(parameters);
    tensors.push_back(
        test::storedTensor("h.0.attn.bias", parameters.at(Role::TokenEmbedding).to(at::kLong)));
    EXPECT_TRUE(StoredModel::assign(parameters.config, tensors));
    tensors.front() = test::storedTensor(
        tensors.front().name, parameters.at(Role::TokenEmbedding).to(at::kDouble));
    const auto wide = StoredModel::assign(parameters.config, tensors);
    ASSERT_FALSE(wide);
    EXPECT_NE(wide.error().message.find("found type \"F64\", wanted F32, F16 or BF16"),
        std::string::npos);
}

} // namespace
} // namespace espalier
