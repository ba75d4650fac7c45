// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "tests/support/toy_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace espalier {
namespace {

using nlohmann::json;

/// As transformers 5 writes DeiT.
json deitVersion5(const std::string& className)
{
    return json::parse(R"({"model_type": "deit", "dtype": "float32", "encoder_stride": 16,
        "hidden_act": "gelu", "hidden_size": 12, "image_size": [8, 4], "initializer_range": 0.03,
        "id2label": {"0": "oak", "1": "elm", "2": "ash"},
        "label2id": {"oak": 0, "elm": 1, "ash": 2}, "intermediate_size": 10, "layer_norm_eps": 0.002,
        "num_attention_heads": 3, "num_channels": 2, "num_hidden_layers": 2, "patch_size": [4, 2],
        "pooler_act": "tanh", "pooler_output_size": 12, "qkv_bias": true, "architectures": [")"
        + className + R"("]})");
}

Result<ModelConfig> read(const json& document)
{
    return readModelConfig(document.dump(), "config.json");
}

std::vector<std::string> lastLines(const ModelConfig& config, std::ptrdiff_t count)
{
    std::vector<std::string> lines;
    for (const DiskTensor& tensor : diskTensorsOf(architectureOf(config), config))
        lines.push_back(fmt::format("{} {}", tensor.name, fmt::join(tensor.sizes, "x")));
    return {lines.end() - count, lines.end()};
}

TEST(ImageConfig, OfDeitHasATokenMoreAndOneHead)
{
    const Result<ModelConfig> config = read(deitVersion5("DeiTForImageClassification"));
    ASSERT_TRUE(config.ok()) << config.error().message;
    ModelConfig expected = test::toyVit();
    expected.shape.classes = 3;
    expected.shape.positions = 6; // four patches, class, distillation
    expected.flavour.normEpsilon = 0.002;
    expected.flavour.initStd = 0.03;
    expected.flavour.distillationToken = true;
    EXPECT_EQ(config->family, "deit");
    EXPECT_EQ(config->shape, expected.shape);
    EXPECT_EQ(config->flavour, expected.flavour);
    EXPECT_EQ(lastLines(*config, 4),
        (std::vector<std::string>{"deit.layernorm.weight 12", "deit.layernorm.bias 12",
            "classifier.weight 3x12", "classifier.bias 3"}));
}

TEST(ImageConfig, OfDeitWithATeacherHasTwoHeads)
{
    const Result<ModelConfig> config = read(deitVersion5("DeiTForImageClassificationWithTeacher"));
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_TRUE(config->flavour.distillationToken);
    EXPECT_TRUE(config->flavour.distillationHead);
    EXPECT_EQ(lastLines(*config, 4),
        (std::vector<std::string>{"cls_classifier.weight 3x12", "cls_classifier.bias 3",
            "distillation_classifier.weight 3x12", "distillation_classifier.bias 3"}));
}

TEST(ImageConfig, OfDeitKeepsItsClassWhenWritten)
{
    for (const std::string name :
        {"DeiTForImageClassification", "DeiTForImageClassificationWithTeacher"}) {
        Result<ModelConfig> config = read(deitVersion5(name));
        ASSERT_TRUE(config.ok());
        config->shape.hidden = 8;
        config->shape.heads = config->shape.kvHeads = 2;
        config->shape.mlp = 5;
        const std::string written = writeModelConfig(*config);
        EXPECT_EQ(json::parse(written)["architectures"], json::array({name}));
        EXPECT_EQ(json::parse(written)["id2label"]["1"], "elm");
        const Result<ModelConfig> again = readModelConfig(written, "again");
        ASSERT_TRUE(again.ok()) << again.error().message;
        EXPECT_EQ(again->shape, config->shape);
        EXPECT_EQ(again->flavour, config->flavour);
    }
}

TEST(ImageConfig, OfDeitNamesEveryTensorOfATokenAndThePatches)
{
    const Result<ModelConfig> config = read(deitVersion5("DeiTForImageClassification"));
    ASSERT_TRUE(config.ok());
    const std::vector<DiskTensor> tensors = diskTensorsOf(architectureOf(*config), *config);
    EXPECT_EQ(tensors[0].name, "deit.embeddings.distillation_token");
    EXPECT_EQ(tensors[0].sizes, (std::vector<std::int64_t>{1, 1, 12}));
    EXPECT_EQ(tensors[4].name, "deit.embeddings.position_embeddings");
    EXPECT_EQ(tensors[4].sizes, (std::vector<std::int64_t>{1, 6, 12}));
    EXPECT_EQ(tensors.size(), 5U + 2 * 16U + 4U);
}

TEST(ImageConfig, OfEveryFamilySaysWhoPreparesItsImages)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        const Architecture& family = architectureOf(config);
        const bool says = family.format == ConfigFormat::Timm || !family.imageProcessor.empty();
        EXPECT_EQ(says, !readsTokens(config.flavour.task)) << name;
    }
}

TEST(ImageConfig, OfModelsWithoutHeadHasAPoolerAndNoClasses)
{
    json document = deitVersion5("DeiTModel");
    const Result<ModelConfig> deit = read(document);
    document["model_type"] = "vit";
    document["architectures"] = {"ViTModel"};
    const Result<ModelConfig> vit = read(document);
    ASSERT_TRUE(deit && vit);
    for (const ModelConfig& config : {*deit, *vit}) {
        EXPECT_EQ(config.flavour.task, Task::ImageEncoder);
        EXPECT_EQ(config.shape.classes, 0);
        EXPECT_EQ(lastLines(config, 4),
            (std::vector<std::string>{"layernorm.weight 12", "layernorm.bias 12",
                "pooler.dense.weight 12x12", "pooler.dense.bias 12"}));
        const std::string written = writeModelConfig(config);
        EXPECT_EQ(json::parse(written)["id2label"]["1"], "elm");
        const Result<ModelConfig> again = readModelConfig(written, "again");
        ASSERT_TRUE(again.ok()) << again.error().message;
        EXPECT_EQ(again->shape, config.shape);
        EXPECT_EQ(again->flavour, config.flavour);
    }
    EXPECT_EQ(deit->shape.positions, 6);
    EXPECT_EQ(vit->shape.positions, 5);
}

TEST(ImageConfig, OfDeitForReconstructionIsRefused)
{
    const Result<ModelConfig> config = read(deitVersion5("DeiTForMaskedImageModeling"));
    ASSERT_FALSE(config.ok());
    EXPECT_NE(config.error().message.find("one of DeiTForImageClassification, "), std::string::npos)
        << config.error().message;
}

} // namespace
} // namespace espalier
