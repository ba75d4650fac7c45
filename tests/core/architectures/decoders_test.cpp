// SPDX-License-Identifier: GPL-3.0-or-later
//
// What sets the decoders after GPT-2 and LLaMA apart, each read from a config as transformers
// writes it.

#include "core/architectures/catalog.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

using nlohmann::json;

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

/// Reads what was written; shape and flavour must come back.
json written(const ModelConfig& config)
{
    const std::string text = writeModelConfig(config);
    const ModelConfig again = read(json::parse(text));
    EXPECT_EQ(again.shape, config.shape);
    EXPECT_EQ(again.flavour, config.flavour);
    return json::parse(text);
}

std::vector<std::string> namesOf(const ModelConfig& config)
{
    std::vector<std::string> names;
    for (const DiskTensor& tensor : diskTensorsOf(architectureOf(config), config))
        names.push_back(tensor.name);
    return names;
}

bool hasName(const ModelConfig& config, const std::string& name)
{
    const auto names = namesOf(config);
    return std::find(names.begin(), names.end(), name) != names.end();
}

json decoder(const std::string& type)
{
    return {{"model_type", type}, {"vocab_size", 17}, {"hidden_size", 12}, {"num_hidden_layers", 2},
        {"num_attention_heads", 3}, {"num_key_value_heads", 1}, {"intermediate_size", 10},
        {"max_position_embeddings", 9}};
}

json with(json document, const std::string& key, json value)
{
    document[key] = std::move(value);
    return document;
}

TEST(Mistral, SeesAWindowInEveryBlockUnlessTheConfigSwitchesItOff)
{
    const ModelConfig silent = read(decoder("mistral"));
    EXPECT_EQ(windowOf(silent.flavour, 0), 4096);
    EXPECT_EQ(windowOf(silent.flavour, 1), 4096);
    const ModelConfig off = read(with(decoder("mistral"), "sliding_window", nullptr));
    EXPECT_EQ(windowOf(off.flavour, 1), 0);
    EXPECT_TRUE(written(off)["sliding_window"].is_null());
    EXPECT_EQ(written(silent)["sliding_window"], 4096);
}

TEST(Mistral, MayHaveHeadsThatDoNotDivideItsWidth)
{
    const ModelConfig config =
        read(with(with(decoder("mistral"), "hidden_size", 13), "head_dim", 6));
    EXPECT_EQ(config.shape.headDim, 6);
    EXPECT_NE(refusal(with(decoder("mistral"), "hidden_size", 13)).find("a divisor of the hidden"),
        std::string::npos);
}

TEST(Qwen2, HasBiasesOnQueriesKeysAndValuesAlone)
{
    const ModelConfig config = read(decoder("qwen2"));
    EXPECT_TRUE(hasName(config, "model.layers.1.self_attn.k_proj.bias"));
    EXPECT_FALSE(hasName(config, "model.layers.1.self_attn.o_proj.bias"));
    EXPECT_FALSE(hasName(config, "model.layers.1.mlp.up_proj.bias"));
    EXPECT_FALSE(written(config).contains("head_dim")) << "its class divides hidden by heads";
}

TEST(Qwen2, WindowsItsUpperBlocksIfToldTo)
{
    json document = with(decoder("qwen2"), "use_sliding_window", true);
    document["sliding_window"] = 5;
    document["max_window_layers"] = 1;
    const ModelConfig config = read(document);
    EXPECT_EQ(windowOf(config.flavour, 0), 0);
    EXPECT_EQ(windowOf(config.flavour, 1), 5);
    EXPECT_EQ(written(config)["layer_types"], json({"full_attention", "sliding_attention"}));
    EXPECT_EQ(windowOf(read(with(document, "use_sliding_window", false)).flavour, 1), 0);
}

TEST(Qwen3, NormsItsQueriesAndKeys)
{
    const ModelConfig config = read(decoder("qwen3"));
    EXPECT_EQ(config.shape.headDim, 128) << "what its class assumes";
    EXPECT_TRUE(hasName(config, "model.layers.0.self_attn.q_norm.weight"));
    EXPECT_TRUE(hasName(config, "model.layers.0.self_attn.k_norm.weight"));
    EXPECT_FALSE(hasName(config, "model.layers.0.self_attn.q_proj.bias"));
    written(config);
}

TEST(Gemma, MeansTheTanhFormWhereItsFirstFilesSayGelu)
{
    const json document = with(with(decoder("gemma"), "hidden_act", "gelu"), "head_dim", 4);
    const ModelConfig config = read(document);
    EXPECT_EQ(config.flavour.activation, Activation::GeluTanh);
    EXPECT_EQ(config.flavour.normGainOffset, 1);
    EXPECT_TRUE(config.flavour.embeddingTimesSqrtHidden);
    EXPECT_TRUE(config.flavour.tiedHead);
    written(config);
}

TEST(Gemma2, WindowsEveryOtherBlockAndCapsItsScores)
{
    json document = with(decoder("gemma2"), "head_dim", 4);
    document["query_pre_attn_scalar"] = 16;
    document["final_logit_softcapping"] = nullptr;
    const ModelConfig config = read(document);
    EXPECT_EQ(config.flavour.windowed_L, (std::vector<bool>{true, false}));
    EXPECT_DOUBLE_EQ(config.flavour.queryScale, 0.25);
    EXPECT_EQ(config.flavour.scoreCap, 50);
    EXPECT_EQ(config.flavour.logitCap, 0);
    EXPECT_TRUE(hasName(config, "model.layers.1.pre_feedforward_layernorm.weight"));
    EXPECT_EQ(written(config)["layer_types"], json({"sliding_attention", "full_attention"}));
}

TEST(Gemma2, RefusesAListOfBlocksOfAnotherLength)
{
    const json document =
        with(with(decoder("gemma2"), "head_dim", 4), "layer_types", {"full_attention"});
    EXPECT_NE(refusal(document).find("2 entries, one per block"), std::string::npos);
    const json other = with(with(decoder("gemma2"), "head_dim", 4), "layer_types",
        {"full_attention", "linear_attention"});
    EXPECT_NE(refusal(other).find("layer_types"), std::string::npos);
}

TEST(GptNeoX, TurnsAQuarterOfEachHeadAndAddsBothPartsAtOnce)
{
    json document = decoder("gpt_neox");
    document["hidden_size"] = 24;
    const ModelConfig config = read(document);
    EXPECT_EQ(rotaryDimOf(config.flavour, config.shape.headDim), 2);
    EXPECT_EQ(config.flavour.layout, BlockLayout::Parallel);
    EXPECT_EQ(config.shape.kvHeads, 3) << "the class knows no groups";
    EXPECT_EQ(written(config)["num_key_value_heads"], 3);
    EXPECT_EQ(
        read(with(document, "use_parallel_residual", false)).flavour.layout, BlockLayout::PreNorm);
    EXPECT_TRUE(hasName(config, "gpt_neox.layers.1.attention.query_key_value.weight"));
    EXPECT_TRUE(hasName(config, "embed_out.weight"));
}

TEST(GptNeoX, ReadsTheRotationOfPythiasConfigs)
{
    json document = with(decoder("gpt_neox"), "hidden_size", 24);
    document["rotary_pct"] = 0.5;
    document["rotary_emb_base"] = 700;
    EXPECT_EQ(read(document).flavour.rotary, (Rotary{.theta = 700, .share = 0.5}));
}

TEST(Opt, HasTwoRowsBeforeItsFirstPosition)
{
    json document = decoder("opt");
    document["ffn_dim"] = 10;
    document["activation_function"] = "relu";
    const ModelConfig config = read(document);
    EXPECT_EQ(config.shape.positions, 9);
    const auto tensors = diskTensorsOf(architectureOf(config), config);
    const auto table = std::find_if(tensors.begin(), tensors.end(), [](const DiskTensor& tensor) {
        return tensor.name == "model.decoder.embed_positions.weight";
    });
    ASSERT_NE(table, tensors.end());
    EXPECT_EQ(table->sizes, (std::vector<std::int64_t>{11, 12}));
    EXPECT_TRUE(hasName(config, "model.decoder.layers.0.fc1.bias"));
    EXPECT_EQ(written(config)["word_embed_proj_dim"], 12);
}

TEST(Opt, OfTheSizeThatIsBuiltOtherwiseIsRefusedByName)
{
    json document = with(decoder("opt"), "ffn_dim", 10);
    EXPECT_NE(refusal(with(document, "word_embed_proj_dim", 6)).find("word_embed_proj_dim"),
        std::string::npos);
    EXPECT_NE(refusal(with(document, "do_layer_norm_before", false)).find("do_layer_norm_before"),
        std::string::npos);
}

} // namespace
} // namespace espalier
