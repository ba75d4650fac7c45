// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>

namespace espalier {
namespace {

using nlohmann::json;

ModelConfig read(const json& document)
{
    const Result<ModelConfig> config = readModelConfig(document.dump(), "config.json");
    EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
    return config.ok() ? *config : ModelConfig();
}

std::string refusal(const std::string& text)
{
    const Result<ModelConfig> config = readModelConfig(text, "config.json");
    EXPECT_FALSE(config.ok());
    if (config.ok())
        return "accepted";
    EXPECT_EQ(config.error().code, ErrorCode::Refused);
    return config.error().message;
}

/// As transformers 4 wrote GPT-2: n_ctx, torch_dtype, defaults of its base class left out.
json gpt2Version4()
{
    return json::parse(R"({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"],
        "activation_function": "gelu_new", "attn_pdrop": 0.1, "bos_token_id": 3, "eos_token_id": 3,
        "initializer_range": 0.03, "layer_norm_epsilon": 0.001, "n_ctx": 9, "n_embd": 12,
        "n_head": 3, "n_layer": 2, "n_positions": 9, "torch_dtype": "float16",
        "task_specific_params": {"text-generation": {"max_length": 50}},
        "transformers_version": "4.30.0", "vocab_size": 17})");
}

/// As transformers 5 writes ViT.
json vitVersion5()
{
    return json::parse(R"({"model_type": "vit", "architectures": ["ViTForImageClassification"],
        "dtype": "float32", "encoder_stride": 16, "hidden_act": "gelu", "hidden_size": 12,
        "id2label": {"0": "oak", "1": "elm", "2": "ash"},
        "label2id": {"oak": 0, "elm": 1, "ash": 2}, "image_size": [8, 4], "initializer_range": 0.02,
        "intermediate_size": 10, "layer_norm_eps": 1e-12, "num_attention_heads": 3,
        "num_channels": 2, "num_hidden_layers": 2, "patch_size": [4, 2], "pooler_act": "tanh",
        "pooler_output_size": 12, "qkv_bias": true, "transformers_version": "5.0.0"})");
}

std::string knownTypes()
{
    std::string types;
    for (const Architecture& row : architectures())
        if (row.format == ConfigFormat::Transformers)
            types += (types.empty() ? "" : ", ") + std::string(row.modelType);
    return types;
}

json changed(json document, std::string_view key, const json& value)
{
    document[std::string(key)] = value;
    return document;
}

json without(json document, std::string_view key)
{
    document.erase(std::string(key));
    return document;
}

TEST(Config, OfGpt2AsTransformers4WroteIt)
{
    const ModelConfig config = read(gpt2Version4());
    const ModelShape shape = {.layers = 2,
        .hidden = 12,
        .heads = 3,
        .kvHeads = 3,
        .headDim = 4,
        .mlp = 48,
        .vocab = 17,
        .positions = 9};
    EXPECT_EQ(config.family, "gpt2");
    EXPECT_EQ(config.shape, shape);
    EXPECT_EQ(config.flavour.normEpsilon, 0.001);
    EXPECT_EQ(config.flavour.initStd, 0.03);
    EXPECT_EQ(config.flavour.activation, Activation::GeluTanh);
    EXPECT_TRUE(config.flavour.tiedHead);
    EXPECT_TRUE(config.flavour.scaledResidualInit);
}

TEST(Config, OfVitAsTransformers5WritesIt)
{
    const ModelConfig config = read(vitVersion5());
    ModelConfig expected = test::toyVit();
    expected.shape.classes = 3;
    EXPECT_EQ(config.shape, expected.shape);
    EXPECT_EQ(config.flavour, expected.flavour);
}

TEST(Config, TheContextMayHaveItsOldName)
{
    EXPECT_EQ(read(without(gpt2Version4(), "n_positions")).shape.positions, 9);
}

TEST(Config, TheMlpMayBeNullOrStated)
{
    EXPECT_EQ(read(changed(gpt2Version4(), "n_inner", nullptr)).shape.mlp, 48);
    EXPECT_EQ(read(changed(gpt2Version4(), "n_inner", 10)).shape.mlp, 10);
}

TEST(Config, ClassesComeFromNamesOrTheirNumberOrAreTwo)
{
    const json bare = without(vitVersion5(), "id2label");
    EXPECT_EQ(read(bare).shape.classes, 2);
    EXPECT_EQ(read(changed(bare, "num_labels", 5)).shape.classes, 5);
    EXPECT_EQ(refusal(changed(vitVersion5(), "num_labels", 5).dump()),
        "config.json: num_labels: found 5, wanted 3, the number of names in id2label");
}

TEST(Config, ActivationsHaveSeveralNames)
{
    const std::vector<std::pair<std::string, Activation>> names = {
        {"gelu_new", Activation::GeluTanh}, {"gelu_pytorch_tanh", Activation::GeluTanh},
        {"gelu_fast", Activation::GeluTanh}, {"gelu", Activation::GeluErf},
        {"relu", Activation::Relu}, {"silu", Activation::Silu}, {"swish", Activation::Silu}};
    for (const auto& [name, activation] : names) {
        const ModelConfig config = read(changed(gpt2Version4(), "activation_function", name));
        EXPECT_EQ(config.flavour.activation, activation) << name;
        EXPECT_EQ(json::parse(writeModelConfig(config))["activation_function"], name);
    }
}

TEST(Config, UnknownFamiliesAreNamedWithTheKnownOnes)
{
    EXPECT_EQ(refusal(R"({"model_type": "mamba"})"),
        R"(config.json: model_type: found "mamba", wanted one of )" + knownTypes());
    EXPECT_EQ(
        refusal("{}"), "config.json: model_type: found nothing, wanted one of " + knownTypes());
    EXPECT_NE(refusal("[]"), "accepted");
    EXPECT_NE(refusal("not json"), "accepted");
}

TEST(Config, HostileSizesAreRefusedByName)
{
    const json gpt2 = gpt2Version4();
    EXPECT_EQ(refusal(without(gpt2, "n_embd").dump()),
        "config.json: n_embd: found nothing, wanted an integer from 1 to 262144");
    EXPECT_EQ(refusal(changed(gpt2, "n_embd", 4611686018427387904).dump()),
        "config.json: n_embd: found 4611686018427387904, wanted an integer from 1 to 262144");
    EXPECT_EQ(refusal(changed(gpt2, "n_layer", 0).dump()),
        "config.json: n_layer: found 0, wanted an integer from 1 to 1024");
    EXPECT_EQ(refusal(changed(gpt2, "vocab_size", -1).dump()),
        "config.json: vocab_size: found -1, wanted an integer from 1 to 16777216");
    EXPECT_EQ(refusal(changed(gpt2, "n_head", 5).dump()),
        "config.json: n_head: found 5, wanted a divisor of the hidden size 12");
    EXPECT_EQ(refusal(changed(gpt2, "n_head", "3").dump()),
        R"(config.json: n_head: found "3", wanted an integer from 1 to 65536)");
    EXPECT_EQ(refusal(changed(gpt2, "layer_norm_epsilon", -1).dump()),
        "config.json: layer_norm_epsilon: found -1, wanted a number from 0 to 1");
    EXPECT_EQ(refusal(changed(vitVersion5(), "patch_size", json::array({4, 2, 1})).dump()),
        "config.json: patch_size: found an array of 3, wanted one length, or height and width");
    EXPECT_EQ(refusal(changed(vitVersion5(), "image_size", 9).dump()),
        "config.json: image_size: found 9, wanted a multiple of the patch size 4 x 2");
}

TEST(Config, ComputationsThatTheForwardPassLacksAreRefused)
{
    const json gpt2 = gpt2Version4();
    EXPECT_EQ(refusal(changed(gpt2, "scale_attn_by_inverse_layer_idx", true).dump()),
        "config.json: scale_attn_by_inverse_layer_idx: found true, wanted false, other models are "
        "not supported");
    EXPECT_NE(refusal(changed(gpt2, "add_cross_attention", true).dump()), "accepted");
    EXPECT_NE(refusal(changed(gpt2, "scale_attn_weights", false).dump()), "accepted");
    EXPECT_NE(refusal(changed(gpt2, "activation_function", "mish").dump()), "accepted");
    EXPECT_EQ(read(changed(gpt2, "reorder_and_upcast_attn", true)).shape.layers, 2);
}

TEST(Config, WritingKeepsForeignKeysAndStatesEverySize)
{
    ModelConfig config = read(gpt2Version4());
    config.shape.layers = 1;
    config.shape.hidden = 8;
    config.shape.heads = config.shape.kvHeads = 2;
    config.shape.mlp = 20;
    config.flavour.tiedHead = false;
    const json written = json::parse(writeModelConfig(config));
    EXPECT_EQ(written["task_specific_params"]["text-generation"]["max_length"], 50);
    EXPECT_EQ(written["eos_token_id"], 3);
    EXPECT_EQ(written["architectures"], json::array({"GPT2LMHeadModel"}));
    EXPECT_EQ(written["n_layer"], 1);
    EXPECT_EQ(written["n_embd"], 8);
    EXPECT_EQ(written["n_head"], 2);
    EXPECT_EQ(written["n_inner"], 20);
    EXPECT_EQ(written["n_ctx"], 9);
    EXPECT_EQ(written["tie_word_embeddings"], false);
    const ModelConfig again = read(written);
    EXPECT_EQ(again.shape, config.shape);
    EXPECT_EQ(again.flavour, config.flavour);
}

TEST(Config, WritingKeepsTheNamesOfClasses)
{
    ModelConfig config = read(vitVersion5());
    config.shape.hidden = 8;
    config.shape.heads = config.shape.kvHeads = 2;
    const json written = json::parse(writeModelConfig(config));
    EXPECT_EQ(written["id2label"]["1"], "elm");
    EXPECT_EQ(written["label2id"]["ash"], 2);
    EXPECT_EQ(written["hidden_size"], 8);
    EXPECT_EQ(written["pooler_output_size"], 8);
    EXPECT_EQ(written["image_size"], json::array({8, 4}));
    EXPECT_EQ(written["patch_size"], json::array({4, 2}));
}

TEST(Config, OfAFreshModelReadsBackTheSame)
{
    for (const ModelConfig& config :
        {test::toyGpt2(), test::toyGpt2({}, false), test::toyVit(), test::toyVit({.layers = 9})}) {
        const std::string text = writeModelConfig(config);
        const Result<ModelConfig> again = readModelConfig(text, "config.json");
        ASSERT_TRUE(again.ok()) << again.error().message;
        EXPECT_EQ(again->family, config.family);
        EXPECT_EQ(again->shape, config.shape);
        EXPECT_EQ(again->flavour, config.flavour);
        EXPECT_EQ(again->sourceJson, text);
        EXPECT_EQ(writeModelConfig(*again), json::parse(text).dump(2) + "\n");
    }
}

TEST(Config, OfAFreshImageModelNumbersItsClasses)
{
    const json written = json::parse(writeModelConfig(test::toyVit()));
    EXPECT_EQ(written["id2label"].size(), 7U);
    EXPECT_EQ(written["id2label"]["6"], "LABEL_6");
    EXPECT_EQ(written["label2id"]["LABEL_6"], 6);
}

TEST(Config, AFreshSmallVocabularyHasNoEndToken)
{
    const json written = json::parse(writeModelConfig(test::toyGpt2()));
    EXPECT_TRUE(written.contains("eos_token_id"));
    EXPECT_TRUE(written["eos_token_id"].is_null());
}

/// As transformers 5 writes LLaMA.
json llamaVersion5()
{
    return json::parse(R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"],
        "attention_bias": false, "dtype": "bfloat16", "head_dim": 10, "hidden_act": "silu",
        "hidden_size": 36, "initializer_range": 0.03, "intermediate_size": 52,
        "max_position_embeddings": 41, "mlp_bias": true, "num_attention_heads": 6,
        "num_hidden_layers": 4, "num_key_value_heads": 3, "rms_norm_eps": 0.002,
        "rope_parameters": {"rope_type": "llama3", "rope_theta": 5000, "factor": 8,
        "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 20},
        "tie_word_embeddings": true, "transformers_version": "5.0.0", "vocab_size": 73})");
}

TEST(Config, OfLlamaHasHeadsOfItsOwnSizeInGroups)
{
    const ModelConfig config = read(llamaVersion5());
    const ModelShape shape = {.layers = 4,
        .hidden = 36,
        .heads = 6,
        .kvHeads = 3,
        .headDim = 10,
        .mlp = 52,
        .vocab = 73,
        .positions = 41};
    const Flavour flavour = {.norm = NormKind::Rms,
        .normEpsilon = 0.002,
        .activation = Activation::Silu,
        .gatedMlp = true,
        .position = PositionKind::Rotary,
        .rotary = {.theta = 5000,
            .scaling = RotaryScaling::Llama3,
            .factor = 8,
            .originalPositions = 20},
        .qkvBias = false,
        .attentionOutBias = false,
        .mlpBias = true,
        .initStd = 0.03};
    EXPECT_EQ(config.shape, shape);
    EXPECT_EQ(config.flavour, flavour);
    const Result<ModelConfig> again = readModelConfig(writeModelConfig(config), "again");
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->shape, shape);
    EXPECT_EQ(again->flavour, flavour);
}

TEST(Config, OfLlamaAsTransformers4WroteItHasItsRotationInOtherPlaces)
{
    json document = without(llamaVersion5(), "rope_parameters");
    document["rope_theta"] = 700;
    EXPECT_EQ(read(document).flavour.rotary, (Rotary{.theta = 700}));
    document["rope_scaling"] = {{"type", "linear"}, {"factor", 2.5}};
    EXPECT_EQ(read(document).flavour.rotary,
        (Rotary{.theta = 700, .scaling = RotaryScaling::Linear, .factor = 2.5}));
}

TEST(Config, OfLlamaMayLeaveOutWhatFollows)
{
    json document = without(without(llamaVersion5(), "num_key_value_heads"), "head_dim");
    const ModelConfig config = read(document);
    EXPECT_EQ(config.shape.kvHeads, 6);
    EXPECT_EQ(config.shape.headDim, 6);
}

TEST(Config, OfLlamaIsRefusedByNameWhereItsMathsIsUnknown)
{
    json document = llamaVersion5();
    document["rope_parameters"]["rope_type"] = "yarn";
    EXPECT_NE(refusal(document.dump()).find("yarn"), std::string::npos);
    EXPECT_NE(refusal(changed(llamaVersion5(), "num_key_value_heads", 4).dump())
                  .find("num_key_value_heads: found 4, wanted a divisor of the 6 heads"),
        std::string::npos);
    EXPECT_NE(refusal(changed(llamaVersion5(), "head_dim", 9).dump()).find("even number"),
        std::string::npos);
    EXPECT_NE(
        refusal(changed(llamaVersion5(), "architectures", {"LlamaForTokenClassification"}).dump())
            .find("one of LlamaForCausalLM"),
        std::string::npos);
}

TEST(Config, OfAFreshLlamaStatesItsRotation)
{
    ModelConfig config = test::toyLlama();
    config.flavour.rotary.share = 0.5;
    config.flavour.rotary.scaling = RotaryScaling::Linear;
    config.flavour.rotary.factor = 4;
    const Result<ModelConfig> again = readModelConfig(writeModelConfig(config), "again");
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->shape, config.shape);
    EXPECT_EQ(again->flavour, config.flavour);
}

TEST(Config, AnEpsilonThatItCannotStateIsRefused)
{
    for (const test::ToyFamily& family : test::toyFamilies()) {
        ModelConfig config = family.config;
        config.flavour.normEpsilon = 0.75e-5;
        const bool states = config.family != "opt" && config.family != "distilbert"
            && !config.family.starts_with("timm_");
        EXPECT_EQ(checkStated(config).ok(), states) << family.name;
    }
    ModelConfig opt = test::toyOpt();
    EXPECT_TRUE(checkStated(opt));
    opt.flavour.normEpsilon = 2e-5;
    EXPECT_EQ(checkStated(opt).error().message,
        "opt: config.json cannot state a norm epsilon of 2e-05, it is always 1e-05");
}

TEST(Config, OneHeadOrTwoIsStated)
{
    ModelConfig gemma = test::toyGemma();
    gemma.flavour.tiedHead = false;
    EXPECT_TRUE(checkStated(gemma)) << checkStated(gemma).error().message;
    ModelConfig vit = test::toyVit();
    vit.flavour.tiedHead = true;
    EXPECT_FALSE(checkStated(vit));
}

} // namespace
} // namespace espalier
