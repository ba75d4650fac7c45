// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/load_parameters.h"

#include "core/architectures/catalog.h"
#include "core/tensors/stored_model.h"
#include "core/tensors/tensor_bytes.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_stored.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace espalier {
namespace {

using test::toyGpt2;
using test::toyLlama;
using test::toyParameters;
using test::toyVit;

/// A model's tensors as a file would hold them.
struct File
{
    std::vector<StoredTensor> stored;

    void add(const std::string& name, const at::Tensor& tensor)
    {
        stored.push_back(test::storedTensor(name, tensor));
    }

    StoredTensor& find(const std::string& name)
    {
        return *std::find_if(
            stored.begin(), stored.end(), [&](const StoredTensor& t) { return t.name == name; });
    }
};

File fileOf(const ParameterSet& parameters, at::ScalarType type = at::kFloat)
{
    File file;
    for (const DiskTensor& disk :
        diskTensorsOf(architectureOf(parameters.config), parameters.config))
        file.add(disk.name, toDiskLayout(parameters, disk, type));
    return file;
}

std::string refusalOf(const ModelConfig& config, const File& file)
{
    const Result<ParameterSet> loaded = loadParameters(config, file.stored);
    EXPECT_FALSE(loaded.ok());
    if (loaded.ok())
        return {};
    EXPECT_EQ(loaded.error().code, ErrorCode::Refused);
    return loaded.error().message;
}

void expectContains(const std::string& message, const std::vector<std::string>& parts)
{
    for (const std::string& part : parts)
        EXPECT_NE(message.find(part), std::string::npos)
            << "\"" << message << "\" lacks \"" << part << "\"";
}

TEST(LoadParameters, WhatIsStoredComesBackBitForBit)
{
    for (const ModelConfig& config : {toyGpt2(), toyGpt2({}, false), toyLlama(), toyVit()}) {
        const ParameterSet parameters = toyParameters(config);
        const Result<ParameterSet> loaded = loadParameters(config, fileOf(parameters).stored);
        ASSERT_TRUE(loaded.ok()) << loaded.error().message;
        ASSERT_EQ(loaded->tensors.size(), parameters.tensors.size());
        for (const auto& [id, tensor] : parameters.tensors)
            EXPECT_TRUE(at::equal(loaded->at(id.role, id.block), tensor)) << nameOf(id);
    }
}

TEST(LoadParameters, Gpt2MatricesLieTransposedOnDisk)
{
    const ParameterSet parameters = toyParameters(toyGpt2());
    File file = fileOf(parameters);
    const StoredTensor& up = file.find("transformer.h.1.mlp.c_fc.weight");
    EXPECT_EQ(up.sizes, (std::vector<std::int64_t>{12, 10}));
    std::vector<std::byte> bytes(static_cast<std::size_t>(up.byteCount));
    ASSERT_TRUE(up.read(0, bytes));
    const at::Tensor onDisk = tensorFromBytes(bytes, up.sizes, Dtype::F32);
    EXPECT_EQ(onDisk.select(0, 3).select(0, 7).item<float>(),
        parameters.at(Role::MlpUpWeight, 1).select(0, 7).select(0, 3).item<float>());
}

TEST(LoadParameters, PrefixMayBeAbsent)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    File file = fileOf(parameters);
    for (StoredTensor& tensor : file.stored)
        tensor.name.erase(0, std::string("transformer.").size());
    EXPECT_TRUE(loadParameters(config, file.stored).ok());
}

TEST(LoadParameters, HalfPrecisionBecomesTheNearestFloat)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
        const Result<ParameterSet> loaded = loadParameters(config, fileOf(parameters, type).stored);
        ASSERT_TRUE(loaded.ok()) << loaded.error().message;
        const at::Tensor& original = parameters.at(Role::QkvWeight, 0);
        EXPECT_EQ(loaded->at(Role::QkvWeight, 0).scalar_type(), at::kFloat);
        EXPECT_TRUE(at::equal(loaded->at(Role::QkvWeight, 0), original.to(type).to(at::kFloat)));
    }
}

TEST(LoadParameters, ListsFloatsThatNoArithmeticSurvives)
{
    const at::Tensor values = at::full({2, 3}, 1.5);
    EXPECT_EQ(countNonFinite(values).nan, 0);
    values.select(0, 0).select(0, 1).fill_(NAN);
    values.select(0, 1).fill_(-INFINITY);
    EXPECT_EQ(countNonFinite(values).nan, 1);
    EXPECT_EQ(countNonFinite(values).infinite, 3);
}

TEST(LoadParameters, MissingTensorIsRefusedByName)
{
    const ModelConfig config = toyGpt2();
    File file = fileOf(toyParameters(config));
    file.find("transformer.h.0.ln_2.bias") = file.stored.back();
    file.stored.pop_back();
    expectContains(refusalOf(config, file),
        {"toy.safetensors", "\"transformer.h.0.ln_2.bias\" is missing", "[12]"});
}

TEST(LoadParameters, UnexpectedTensorIsRefusedByName)
{
    const ModelConfig config = toyGpt2();
    File file = fileOf(toyParameters(config));
    file.add("transformer.h.2.ln_2.bias", at::zeros({12}));
    expectContains(refusalOf(config, file),
        {"toy.safetensors", "\"transformer.h.2.ln_2.bias\"", "not part of"});
}

TEST(LoadParameters, OtherShapeIsRefusedWithFoundAndWanted)
{
    const ModelConfig config = toyGpt2();
    File file = fileOf(toyParameters(config));
    std::swap(file.find("transformer.h.0.mlp.c_fc.weight").sizes[0],
        file.find("transformer.h.0.mlp.c_fc.weight").sizes[1]);
    expectContains(refusalOf(config, file),
        {"\"transformer.h.0.mlp.c_fc.weight\"", "found shape [10, 12]", "wanted [12, 10]"});
}

TEST(LoadParameters, OtherTypesAreRefused)
{
    const ModelConfig config = toyGpt2();
    File file = fileOf(toyParameters(config));
    file.find("transformer.wpe.weight").dtype = "F64";
    expectContains(
        refusalOf(config, file), {"\"transformer.wpe.weight\"", "\"F64\"", "F32, F16 or BF16"});
}

TEST(LoadParameters, TensorStoredTwiceIsRefused)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    File file = fileOf(parameters);
    file.add("wpe.weight", parameters.at(Role::PositionEmbedding));
    expectContains(
        refusalOf(config, file), {"\"wpe.weight\"", "stored twice", "\"transformer.wpe.weight\""});
}

TEST(LoadParameters, CopyOfATiedHeadIsReadOver)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    File file = fileOf(parameters);
    file.add("lm_head.weight", parameters.at(Role::TokenEmbedding));
    EXPECT_TRUE(loadParameters(config, file.stored).ok());
}

TEST(LoadParameters, TiedHeadWithValuesOfItsOwnIsRefused)
{
    const ModelConfig config = toyGpt2();
    const ParameterSet parameters = toyParameters(config);
    File file = fileOf(parameters);
    file.add("lm_head.weight", parameters.at(Role::TokenEmbedding).mul(2));
    expectContains(refusalOf(config, file),
        {"\"lm_head.weight\"", "values of its own", "token_embedding", "tie_word_embeddings"});
}

TEST(LoadParameters, CausalMasksOfOldFilesAreReadOver)
{
    const ModelConfig config = toyGpt2();
    File file = fileOf(toyParameters(config));
    file.add("transformer.h.0.attn.bias", at::ones({1, 1, 9, 9}));
    EXPECT_TRUE(loadParameters(config, file.stored).ok());
}

TEST(ToDiskLayout, PerHeadPutsEachHeadsQueryKeyAndValueTogether)
{
    ModelConfig config = toyGpt2({.layers = 1, .hidden = 4, .heads = 2, .headDim = 2, .mlp = 3});
    ParameterSet parameters = toyParameters(config);
    at::Tensor& bias = parameters.at(Role::QkvBias, 0); // q of both heads, then k, then v
    for (std::int64_t i = 0; i < 12; ++i)
        bias[i] = static_cast<double>(i);
    const at::Tensor stored = toDiskLayout(parameters,
        {.name = "bias", .parameter = {Role::QkvBias, 0}, .layout = Layout::PerHead, .sizes = {12}},
        at::kFloat);
    EXPECT_TRUE(at::equal(stored, at::tensor({0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11}, at::kFloat)));
}

at::Tensor headBiasOf(const ModelConfig& config, const File& file)
{
    const Result<ParameterSet> loaded = loadParameters(config, file.stored);
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    return loaded ? loaded->at(Role::HeadBias) : at::Tensor();
}

TEST(LoadParameters, AnUntiedBertComputesWithTheDecodersBias)
{
    for (const auto& [config, own, decoders] :
        {std::tuple(test::toyBert(), "cls.predictions.bias", "cls.predictions.decoder.bias"),
            std::tuple(test::toyRoberta(), "lm_head.bias", "lm_head.decoder.bias")}) {
        ModelConfig untied = config;
        untied.flavour.tiedHead = false;
        const ParameterSet parameters = toyParameters(untied);
        File file = fileOf(parameters); // with both, of the same values
        EXPECT_TRUE(at::equal(headBiasOf(untied, file), parameters.at(Role::HeadBias)));
        file.find(own) = test::storedTensor(own, at::full({17}, 3.0F));
        EXPECT_TRUE(at::equal(headBiasOf(untied, file), parameters.at(Role::HeadBias)));
        file.find(decoders) = test::storedTensor(decoders, at::full({17}, 5.0F));
        EXPECT_TRUE(at::equal(headBiasOf(untied, file), at::full({17}, 5.0F)));
        file.find(decoders) = file.find(own);
        file.find(own) = file.stored.back(); // one of them alone, in either name
        file.stored.pop_back();
        EXPECT_TRUE(at::equal(headBiasOf(untied, file), at::full({17}, 3.0F)));
        file.find(own).name = decoders;
        EXPECT_TRUE(at::equal(headBiasOf(untied, file), at::full({17}, 3.0F)));
    }
}

TEST(LoadParameters, ABiasThatIsNotComputedWithHasItsShapeAllTheSame)
{
    ModelConfig config = test::toyBert();
    config.flavour.tiedHead = false;
    File file = fileOf(toyParameters(config));
    const std::string own = "cls.predictions.bias";
    file.find(own) = test::storedTensor(own, at::ones({16}));
    expectContains(refusalOf(config, file), {"\"cls.predictions.bias\"", "found shape [16]"});
    const std::string twice = "bert.cls.predictions.decoder.bias";
    file.find(own) = test::storedTensor(twice, at::ones({17}));
    expectContains(refusalOf(config, file), {"stored twice"});
}

TEST(LoadParameters, AnEncoderWithoutThePoolersTensorsHasNone)
{
    ModelConfig vit = test::toyHeadless(test::toyVit());
    vit.flavour.headDense = true;
    for (const ModelConfig& config :
        {test::toyBert(Task::TextEncoder), test::toyRoberta(Task::TextEncoder), vit}) {
        const ParameterSet parameters = toyParameters(config);
        File file = fileOf(parameters);
        const auto whole = StoredModel::assign(config, file.stored);
        ASSERT_TRUE(whole);
        EXPECT_TRUE(whole->config().flavour.headDense);
        std::erase_if(file.stored,
            [](const StoredTensor& tensor) { return tensor.name == "pooler.dense.weight"; });
        expectContains(refusalOf(config, file), {"\"pooler.dense.weight\" is missing"});
        std::erase_if(file.stored,
            [](const StoredTensor& tensor) { return tensor.name == "pooler.dense.bias"; });
        const Result<ParameterSet> loaded = loadParameters(config, file.stored);
        ASSERT_TRUE(loaded.ok()) << loaded.error().message;
        EXPECT_FALSE(loaded->config.flavour.headDense);
        EXPECT_EQ(loaded->tensors.size(), parameters.tensors.size() - 2);
        EXPECT_FALSE(hasParameter(loaded->config, {Role::HeadDenseWeight, -1}));
    }
}

TEST(LoadParameters, OtherTasksNeedTheirDenseLayer)
{
    const ModelConfig config = test::toyBert(Task::SequenceClassification);
    File file = fileOf(toyParameters(config));
    std::erase_if(file.stored,
        [](const StoredTensor& tensor) { return tensor.name.starts_with("bert.pooler."); });
    expectContains(refusalOf(config, file), {"\"bert.pooler.dense.weight\" is missing"});
}

TEST(LoadParameters, OldNamesOfBertAreRead)
{
    const ParameterSet parameters = toyParameters(test::toyBert());
    File file = fileOf(parameters);
    for (StoredTensor& tensor : file.stored) {
        for (const auto& [now, old] :
            {std::pair("LayerNorm.weight", "gamma"), std::pair("LayerNorm.bias", "beta")})
            if (tensor.name.ends_with(now))
                tensor.name.replace(tensor.name.rfind('.') + 1, std::string::npos, old);
        if (tensor.name.starts_with("bert."))
            tensor.name.erase(0, 5);
    }
    file.add("cls.predictions.decoder.weight", parameters.at(Role::TokenEmbedding));
    file.add("cls.predictions.decoder.bias", parameters.at(Role::HeadBias));
    file.add("bert.embeddings.position_ids", at::ones({1, 9}).to(at::kLong));
    file.add("bert.pooler.dense.weight", at::ones({12, 12}));
    const Result<ParameterSet> loaded = loadParameters(parameters.config, file.stored);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    for (const auto& [id, tensor] : parameters.tensors)
        EXPECT_TRUE(at::equal(loaded->tensors.at(id), tensor)) << nameOf(id);
}

} // namespace
} // namespace espalier
