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

/// As timm writes a ViT whose sizes were given to it: 8 x 4 pixels in patches of 4 x 2.
json timmVit()
{
    return json::parse(R"({"architecture": "vit_tiny_patch16_224", "num_classes": 7,
        "num_features": 12, "global_pool": "token",
        "model_args": {"depth": 2, "img_size": [8, 4], "patch_size": [4, 2], "embed_dim": 12,
            "num_heads": 3, "mlp_ratio": 0.9, "num_classes": 7, "in_chans": 2,
            "global_pool": "token", "drop_path_rate": 0.1},
        "pretrained_cfg": {"tag": "augreg_in21k_ft_in1k", "input_size": [2, 8, 4],
            "fixed_input_size": true, "interpolation": "bicubic", "mean": [0.5, 0.5],
            "std": [0.5, 0.5], "num_classes": 7, "classifier": "head"}})");
}

/// As folders of the Hub are: the name says the sizes.
json namedOnly(const std::string& name)
{
    return json{{"architecture", name}, {"num_classes", 1000}, {"num_features", 768},
        {"pretrained_cfg",
            {{"input_size", {3, 224, 224}}, {"fixed_input_size", true}, {"num_classes", 1000}}}};
}

ModelConfig read(const json& document)
{
    const Result<ModelConfig> config = readModelConfig(document.dump(), "config.json");
    EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
    return config.ok() ? *config : ModelConfig();
}

std::string refusal(const json& document)
{
    const Result<ModelConfig> config = readModelConfig(document.dump(), "config.json");
    return config.ok() ? "accepted" : config.error().message;
}

json withArgument(const std::string& key, const json& value)
{
    json document = timmVit();
    document["model_args"][key] = value;
    return document;
}

TEST(TimmConfig, ArgumentsSayTheSizes)
{
    const ModelConfig config = read(timmVit());
    ModelConfig expected = test::toyVit();
    expected.flavour.normEpsilon = 1e-6;
    EXPECT_EQ(config.family, "timm_vit");
    EXPECT_EQ(config.shape, expected.shape); // 12 x 0.9 is 10 units, rounded down
    EXPECT_EQ(config.flavour, expected.flavour);
}

TEST(TimmConfig, ANameAloneStandsForItsSizes)
{
    const ModelShape large = {.layers = 24,
        .hidden = 1024,
        .heads = 16,
        .kvHeads = 16,
        .headDim = 64,
        .mlp = 4096,
        .positions = 145,
        .classes = 1000,
        .channels = 3,
        .imageHeight = 384,
        .imageWidth = 384,
        .patchHeight = 32,
        .patchWidth = 32};
    EXPECT_EQ(read(json{{"architecture", "vit_large_patch32_384"}}).shape, large);
    EXPECT_EQ(read(namedOnly("vit_giant_patch14_224")).shape.mlp, 6144);
    EXPECT_EQ(read(namedOnly("deit_small_patch16_224")).shape.hidden, 384);
}

TEST(TimmConfig, OlderFilesHaveOneObject)
{
    const json older = {{"architecture", "vit_base_patch16_224"}, {"num_classes", 5},
        {"input_size", {3, 32, 48}}, {"mean", {0.5, 0.5, 0.5}},
        {"labels", {"a", "b", "c", "d", "e"}}};
    ModelConfig config = read(older);
    EXPECT_EQ(config.shape.classes, 5);
    EXPECT_EQ(config.shape.positions, 2 * 3 + 1);
    config.shape.layers = 3;
    const json written = json::parse(writeModelConfig(config));
    EXPECT_EQ(written["pretrained_cfg"]["mean"], older["mean"]);
    EXPECT_EQ(written["pretrained_cfg"]["label_names"], older["labels"]);
    EXPECT_FALSE(written.contains("mean"));
    EXPECT_EQ(written["model_args"]["depth"], 3);
    EXPECT_EQ(read(written).shape, config.shape);
}

TEST(TimmConfig, ADistilledNameHasTwoHeads)
{
    const ModelConfig config = read(namedOnly("deit_tiny_distilled_patch16_224"));
    EXPECT_EQ(config.family, "timm_deit");
    EXPECT_EQ(config.shape.positions, 14 * 14 + 2);
    EXPECT_TRUE(config.flavour.distillationToken);
    EXPECT_TRUE(config.flavour.distillationHead);
    EXPECT_FALSE(read(namedOnly("deit_tiny_patch16_224")).flavour.distillationHead);
}

/// As timm writes a CaiT whose sizes were given to it.
json timmCait()
{
    json document = timmVit();
    document["architecture"] = "cait_xxs24_224";
    document["model_args"].erase("drop_path_rate");
    return document;
}

TEST(TimmConfig, ACaitsClassAttentionHasItsOwnDepthAndRatio)
{
    ModelConfig expected = test::toyCait();
    expected.shape.classMlp = 48; // 4 times 12 where nothing else is said, as timm has it
    expected.flavour.layerScaleInit = 1e-5;
    const ModelConfig config = read(timmCait());
    EXPECT_EQ(config.family, "timm_cait");
    EXPECT_EQ(config.shape, expected.shape);
    EXPECT_EQ(config.flavour, expected.flavour);
    json other = timmCait();
    other["model_args"]["depth_token_only"] = 3;
    other["model_args"]["mlp_ratio_token_only"] = 1.25;
    other["model_args"]["init_values"] = 0.5;
    EXPECT_EQ(read(other).shape.classLayers, 3);
    EXPECT_EQ(read(other).shape.classMlp, 15);
    EXPECT_EQ(read(other).flavour.layerScaleInit, 0.5);
    EXPECT_EQ(read(namedOnly("cait_s36_384")).flavour.layerScaleInit, 1e-6);
    EXPECT_EQ(read(namedOnly("cait_xs24_384")).shape.classMlp, 1152);
    EXPECT_EQ(read(namedOnly("cait_xs24_384")).shape.positions, 14 * 14);
}

TEST(TimmConfig, ANarrowerCaitStatesItsClassAttention)
{
    ModelConfig config = read(timmCait());
    ModelShape half = config.shape;
    half.hidden = 8;
    half.heads = half.kvHeads = 2;
    half.mlp = 5;
    config.shape = resized(config.shape, half);
    const json written = json::parse(writeModelConfig(config));
    const json arguments = {{"depth", 2}, {"img_size", {8, 4}}, {"patch_size", {4, 2}},
        {"embed_dim", 8}, {"num_heads", 2}, {"mlp_ratio", 0.625}, {"num_classes", 7},
        {"in_chans", 2}, {"qkv_bias", true}, {"global_pool", "token"}, {"init_values", 1e-5},
        {"depth_token_only", 2}, {"mlp_ratio_token_only", 3}};
    EXPECT_EQ(written["model_args"], arguments);
    EXPECT_EQ(read(written).shape, config.shape);
    EXPECT_EQ(read(written).flavour, config.flavour);
}

TEST(TimmConfig, ADeitThreeHasPositionsOfPatchesAlone)
{
    const ModelConfig config = read(namedOnly("deit3_small_patch16_224"));
    EXPECT_EQ(config.family, "timm_deit3");
    EXPECT_EQ(config.shape.positions, 14 * 14);
    EXPECT_TRUE(config.flavour.patchPositions && config.flavour.layerScale);
    EXPECT_EQ(config.flavour.layerScaleInit, 1e-6);
}

TEST(TimmConfig, AVitMayHaveBothByItsArguments)
{
    json document = withArgument("init_values", 0.25);
    document["model_args"]["no_embed_class"] = true;
    ModelConfig expected = test::toyDeit3();
    expected.flavour.layerScaleInit = 0.25;
    const ModelConfig config = read(document);
    EXPECT_EQ(config.family, "timm_vit");
    EXPECT_EQ(config.shape, expected.shape);
    EXPECT_EQ(config.flavour, expected.flavour);
    const json written = json::parse(writeModelConfig(config));
    EXPECT_EQ(written["model_args"]["no_embed_class"], true);
    EXPECT_EQ(read(written).flavour, config.flavour);
}

TEST(TimmConfig, WritingStatesEverySizeAndKeepsTheRest)
{
    ModelConfig config = read(timmVit());
    config.shape.layers = 1;
    config.shape.hidden = 8;
    config.shape.heads = config.shape.kvHeads = 2;
    config.shape.mlp = 7;
    const json written = json::parse(writeModelConfig(config));
    EXPECT_EQ(written["architecture"], "vit_tiny_patch16_224");
    EXPECT_EQ(written["num_features"], 8);
    const json arguments = {{"depth", 1}, {"img_size", {8, 4}}, {"patch_size", {4, 2}},
        {"embed_dim", 8}, {"num_heads", 2}, {"mlp_ratio", 0.875}, {"num_classes", 7},
        {"in_chans", 2}, {"qkv_bias", true}, {"global_pool", "token"}, {"drop_path_rate", 0.1}};
    EXPECT_EQ(written["model_args"], arguments);
    EXPECT_EQ(written["pretrained_cfg"]["tag"], "augreg_in21k_ft_in1k");
    EXPECT_EQ(read(written).shape, config.shape);
    EXPECT_EQ(read(written).flavour, config.flavour);
}

TEST(TimmConfig, EveryNumberOfUnitsHasARatio)
{
    ModelConfig config = read(timmVit());
    config.shape.heads = config.shape.kvHeads = 1;
    for (const std::int64_t hidden : {49, 768}) // 49 x (m / 49) rounds to less than m for some m
        for (std::int64_t mlp = 1; mlp < 200; ++mlp) {
            config.shape.hidden = config.shape.headDim = hidden;
            config.shape.mlp = mlp;
            const json written = json::parse(writeModelConfig(config));
            const double ratio = written["model_args"]["mlp_ratio"];
            ASSERT_EQ(static_cast<std::int64_t>(static_cast<double>(hidden) * ratio), mlp)
                << hidden;
        }
}

TEST(TimmConfig, OfAFreshModelReadsBackTheSame)
{
    for (const bool distilled : {false, true}) {
        ModelConfig config = test::toyVit();
        config.family = distilled ? "timm_deit" : "timm_vit";
        config.flavour.normEpsilon = 1e-6;
        config.flavour.distillationToken = config.flavour.distillationHead = distilled;
        config.shape.positions = distilled ? 6 : 5;
        const ModelConfig again = read(json::parse(writeModelConfig(config)));
        EXPECT_EQ(again.family, config.family);
        EXPECT_EQ(again.shape, config.shape);
        EXPECT_EQ(again.flavour, config.flavour);
    }
    for (const ModelConfig& config : {test::toyDeit3(), test::toyCait()}) {
        const ModelConfig again = read(json::parse(writeModelConfig(config)));
        EXPECT_EQ(again.family, config.family);
        EXPECT_EQ(again.shape, config.shape);
        EXPECT_EQ(again.flavour, config.flavour);
    }
}

TEST(TimmConfig, UnknownModelsAreRefusedByName)
{
    EXPECT_NE(
        refusal(json{{"architecture", "resnet50"}})
            .find(
                R"(architecture: found "resnet50", wanted a timm model of vit_*, deit_*, deit3_*, cait_*)"),
        std::string::npos);
    EXPECT_NE(refusal(json{{"architecture", "deit4_small_patch16_224"}}).find("a timm model of"),
        std::string::npos);
    EXPECT_NE(refusal(json{{"architecture", "vit_base_patch16_siglip_224"}})
                  .find("wanted one of vit_base_patch16_224, "),
        std::string::npos);
}

TEST(TimmConfig, ArgumentsThatTheForwardPassLacksAreRefused)
{
    EXPECT_EQ(refusal(withArgument("reg_tokens", 4)),
        "config.json: model_args.reg_tokens: found 4, wanted 0, other models are not supported");
    EXPECT_EQ(refusal(withArgument("depth_token_only", 2)),
        "config.json: model_args.depth_token_only: found 2, wanted nothing, its effect on the "
        "model is not known here");
    EXPECT_NE(refusal(withArgument("act_layer", "quick_gelu")), "accepted");
    EXPECT_NE(refusal(withArgument("global_pool", "avg")), "accepted");
    EXPECT_NE(refusal(withArgument("qk_norm", true)), "accepted");
    json distilled = namedOnly("deit_tiny_distilled_patch16_224");
    distilled["model_args"] = {{"no_embed_class", true}};
    EXPECT_EQ(refusal(distilled),
        "config.json: model_args.no_embed_class: found true, wanted nothing, timm does not know it "
        "of such models");
    EXPECT_EQ(read(withArgument("init_values", nullptr)).shape.hidden, 12);
    EXPECT_FALSE(read(withArgument("qkv_bias", false)).flavour.qkvBias);
}

TEST(TimmConfig, HostileSizesAreRefusedByName)
{
    EXPECT_EQ(refusal(withArgument("num_heads", 5)),
        "config.json: model_args.num_heads: found 5, wanted a divisor of the hidden size 12");
    EXPECT_EQ(refusal(withArgument("mlp_ratio", 0.01)),
        "config.json: model_args.mlp_ratio: found 0.01, wanted 1 to 1048576 units of 12 channels");
    EXPECT_EQ(refusal(withArgument("img_size", 9)),
        "config.json: model_args.img_size: found 9, wanted a multiple of the patch size 4 x 2");
    EXPECT_NE(refusal(withArgument("embed_dim", std::int64_t{1} << 40)), "accepted");
    EXPECT_NE(refusal(withArgument("num_classes", -1)), "accepted");
    json document = namedOnly("vit_base_patch16_224");
    document["pretrained_cfg"]["input_size"] = {3, 224};
    EXPECT_NE(refusal(document).find("channels, height and width"), std::string::npos);
    document["pretrained_cfg"] = "none";
    EXPECT_NE(refusal(document), "accepted");
}

TEST(TimmConfig, AModelOfNoClassesHasNoHead)
{
    for (const json& document : {withArgument("num_classes", 0), [] {
                                     json older = timmCait();
                                     older["model_args"]["num_classes"] = 0;
                                     return older;
                                 }()}) {
        const ModelConfig config = read(document);
        EXPECT_EQ(config.flavour.task, Task::ImageEncoder);
        EXPECT_EQ(diskTensorsOf(architectureOf(config), config).back().name, "norm.bias");
        const json written = json::parse(writeModelConfig(config));
        EXPECT_EQ(written["num_classes"], 0);
        EXPECT_EQ(written["model_args"]["num_classes"], 0);
        EXPECT_EQ(written["pretrained_cfg"]["num_classes"], 0);
        EXPECT_EQ(read(written).shape, config.shape);
        EXPECT_EQ(read(written).flavour, config.flavour);
    }
    json distilled = namedOnly("deit_tiny_distilled_patch16_224");
    distilled["num_classes"] = 0;
    const Flavour flavour = read(distilled).flavour;
    EXPECT_TRUE(flavour.distillationToken);
    EXPECT_FALSE(flavour.distillationHead);
}

TEST(TimmConfig, NamesOfTensorsAreTimms)
{
    ModelConfig config = read(timmVit());
    config.shape.layers = 1;
    const auto linesOf = [](const ModelConfig& model) {
        std::vector<std::string> lines;
        for (const DiskTensor& tensor : diskTensorsOf(architectureOf(model), model))
            lines.push_back(fmt::format("{} {}", tensor.name, fmt::join(tensor.sizes, "x")));
        return lines;
    };
    const std::vector<std::string> expected = {"cls_token 1x1x12", "pos_embed 1x5x12",
        "patch_embed.proj.weight 12x2x4x2", "patch_embed.proj.bias 12", "blocks.0.norm1.weight 12",
        "blocks.0.norm1.bias 12", "blocks.0.attn.qkv.weight 36x12", "blocks.0.attn.qkv.bias 36",
        "blocks.0.attn.proj.weight 12x12", "blocks.0.attn.proj.bias 12", "blocks.0.norm2.weight 12",
        "blocks.0.norm2.bias 12", "blocks.0.mlp.fc1.weight 10x12", "blocks.0.mlp.fc1.bias 10",
        "blocks.0.mlp.fc2.weight 12x10", "blocks.0.mlp.fc2.bias 12", "norm.weight 12",
        "norm.bias 12", "head.weight 7x12", "head.bias 7"};
    EXPECT_EQ(linesOf(config), expected);
    const std::vector<std::string> distilled =
        linesOf(read(namedOnly("deit_tiny_distilled_patch16_224")));
    EXPECT_EQ(distilled[1], "dist_token 1x1x192");
    EXPECT_EQ(distilled.back(), "head_dist.bias 1000");
    config = read(timmCait());
    config.shape.layers = config.shape.classLayers = 1;
    const std::vector<std::string> cait = {"cls_token 1x1x12", "pos_embed 1x4x12",
        "patch_embed.proj.weight 12x2x4x2", "patch_embed.proj.bias 12", "blocks.0.gamma_1 12",
        "blocks.0.gamma_2 12", "blocks.0.norm1.weight 12", "blocks.0.norm1.bias 12",
        "blocks.0.attn.qkv.weight 36x12", "blocks.0.attn.qkv.bias 36",
        "blocks.0.attn.proj.weight 12x12", "blocks.0.attn.proj.bias 12",
        "blocks.0.attn.proj_l.weight 3x3", "blocks.0.attn.proj_l.bias 3",
        "blocks.0.attn.proj_w.weight 3x3", "blocks.0.attn.proj_w.bias 3",
        "blocks.0.norm2.weight 12", "blocks.0.norm2.bias 12", "blocks.0.mlp.fc1.weight 10x12",
        "blocks.0.mlp.fc1.bias 10", "blocks.0.mlp.fc2.weight 12x10", "blocks.0.mlp.fc2.bias 12",
        "blocks_token_only.0.gamma_1 12", "blocks_token_only.0.gamma_2 12",
        "blocks_token_only.0.norm1.weight 12", "blocks_token_only.0.norm1.bias 12",
        "blocks_token_only.0.attn.q.weight 12x12", "blocks_token_only.0.attn.q.bias 12",
        "blocks_token_only.0.attn.k.weight 12x12", "blocks_token_only.0.attn.k.bias 12",
        "blocks_token_only.0.attn.v.weight 12x12", "blocks_token_only.0.attn.v.bias 12",
        "blocks_token_only.0.attn.proj.weight 12x12", "blocks_token_only.0.attn.proj.bias 12",
        "blocks_token_only.0.norm2.weight 12", "blocks_token_only.0.norm2.bias 12",
        "blocks_token_only.0.mlp.fc1.weight 48x12", "blocks_token_only.0.mlp.fc1.bias 48",
        "blocks_token_only.0.mlp.fc2.weight 12x48", "blocks_token_only.0.mlp.fc2.bias 12",
        "norm.weight 12", "norm.bias 12", "head.weight 7x12", "head.bias 7"};
    EXPECT_EQ(linesOf(config), cait);
    const std::vector<std::string> third = linesOf(read(namedOnly("deit3_small_patch16_224")));
    EXPECT_EQ(third[1], "pos_embed 1x196x384");
    EXPECT_EQ(third[10], "blocks.0.ls1.gamma 384");
}

} // namespace
} // namespace espalier
