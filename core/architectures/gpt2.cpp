// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/gpt2.h"

#include "core/architectures/family_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

// clang-format off
constexpr std::array kRows = {
    DiskRow{"wte.weight",               TokenEmbedding},
    DiskRow{"wpe.weight",               PositionEmbedding},
    DiskRow{"h.{l}.ln_1.weight",        AttentionNormGain},
    DiskRow{"h.{l}.ln_1.bias",          AttentionNormBias},
    DiskRow{"h.{l}.attn.c_attn.weight", QkvWeight,          Layout::InOut},
    DiskRow{"h.{l}.attn.c_attn.bias",   QkvBias},
    DiskRow{"h.{l}.attn.c_proj.weight", AttentionOutWeight, Layout::InOut},
    DiskRow{"h.{l}.attn.c_proj.bias",   AttentionOutBias},
    DiskRow{"h.{l}.ln_2.weight",        MlpNormGain},
    DiskRow{"h.{l}.ln_2.bias",          MlpNormBias},
    DiskRow{"h.{l}.mlp.c_fc.weight",    MlpUpWeight,        Layout::InOut},
    DiskRow{"h.{l}.mlp.c_fc.bias",      MlpUpBias},
    DiskRow{"h.{l}.mlp.c_proj.weight",  MlpDownWeight,      Layout::InOut},
    DiskRow{"h.{l}.mlp.c_proj.bias",    MlpDownBias},
    DiskRow{"ln_f.weight",              FinalNormGain},
    DiskRow{"ln_f.bias",                FinalNormBias},
    DiskRow{"lm_head.weight",           HeadWeight},
};
// clang-format on

constexpr std::array<std::string_view, 1> kUnprefixed = {"lm_head.weight"};

// Causal masks of old files, and the head of tied ones: transformers, too, reads the embedding
// instead.
constexpr std::array<std::string_view, 4> kIgnored = {
    "h.{l}.attn.bias", "h.{l}.attn.masked_bias", "attn.masked_bias", "lm_head.weight"};

constexpr std::int64_t kDefaultEndToken =
    50256; // what transformers assumes where the config is silent

constexpr SizeKeys kSizes = {
    .layers = "n_layer", .hidden = "n_embd", .heads = "n_head", .mlp = "n_inner"};

ModelShape readShape(ObjectReader& keys)
{
    ModelShape shape;
    shape.vocab = keys.requiredInteger("vocab_size", 1, SizeLimits::vocab);
    shape.positions = keys.has("n_positions") || !keys.has("n_ctx")
        ? keys.requiredInteger("n_positions", 1, SizeLimits::positions)
        : keys.requiredInteger("n_ctx", 1, SizeLimits::positions);
    readSizes(keys, kSizes, shape, 4);
    return shape;
}

void fill(ObjectReader& keys, ModelConfig& config)
{
    config.shape = readShape(keys);
    config.flavour = {.task = Task::CausalLanguageModel,
        .normEpsilon = keys.optionalNumber("layer_norm_epsilon", 0, 1).value_or(1e-5),
        .activation = readActivation(keys, "activation_function", Activation::GeluTanh),
        .tiedHead = keys.optionalBool("tie_word_embeddings").value_or(true),
        .initStd = keys.optionalNumber("initializer_range", 0, 10).value_or(0.02),
        .scaledResidualInit = true};
    requireSwitch(keys, "scale_attn_weights", true);
    requireSwitch(keys, "scale_attn_by_inverse_layer_idx", false);
    requireSwitch(keys, "add_cross_attention", false);
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "gpt2", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = "gpt2";
    json["architectures"] = nlohmann::ordered_json::array({"GPT2LMHeadModel"});
    json["vocab_size"] = shape.vocab;
    json["n_positions"] = shape.positions;
    if (json.contains("n_ctx"))
        json["n_ctx"] = shape.positions;
    writeSizes(json, kSizes, shape);
    writeActivation(json, "activation_function", config.flavour.activation);
    json["layer_norm_epsilon"] = config.flavour.normEpsilon;
    json["tie_word_embeddings"] = config.flavour.tiedHead;
    json["initializer_range"] = config.flavour.initStd;
    for (const char* const key : {"bos_token_id", "eos_token_id"})
        if (!json.contains(key) && shape.vocab <= kDefaultEndToken)
            json[key] = nullptr;
    return json;
}

} // namespace

const Architecture& gpt2()
{
    static constexpr Architecture kGpt2 = {.id = "gpt2",
        .title = "GPT-2",
        .paper = "Radford et al. 2019, Language Models are Unsupervised Multitask Learners",
        .modelType = "gpt2",
        .rows = kRows,
        .prefix = "transformer.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "GPT2Tokenizer"}};
    return kGpt2;
}

} // namespace espalier
