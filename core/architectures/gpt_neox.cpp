// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/gpt_neox.h"

#include "core/architectures/family_config.h"
#include "core/architectures/rotary_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

// clang-format off
constexpr std::array kRows = {
    DiskRow{"embed_in.weight",                                TokenEmbedding},
    DiskRow{"layers.{l}.input_layernorm.weight",              AttentionNormGain},
    DiskRow{"layers.{l}.input_layernorm.bias",                AttentionNormBias},
    DiskRow{"layers.{l}.attention.query_key_value.weight",    QkvWeight, Layout::PerHead},
    DiskRow{"layers.{l}.attention.query_key_value.bias",      QkvBias,   Layout::PerHead},
    DiskRow{"layers.{l}.attention.dense.weight",              AttentionOutWeight},
    DiskRow{"layers.{l}.attention.dense.bias",                AttentionOutBias},
    DiskRow{"layers.{l}.post_attention_layernorm.weight",     MlpNormGain},
    DiskRow{"layers.{l}.post_attention_layernorm.bias",       MlpNormBias},
    DiskRow{"layers.{l}.mlp.dense_h_to_4h.weight",            MlpUpWeight},
    DiskRow{"layers.{l}.mlp.dense_h_to_4h.bias",              MlpUpBias},
    DiskRow{"layers.{l}.mlp.dense_4h_to_h.weight",            MlpDownWeight},
    DiskRow{"layers.{l}.mlp.dense_4h_to_h.bias",              MlpDownBias},
    DiskRow{"final_layer_norm.weight",                        FinalNormGain},
    DiskRow{"final_layer_norm.bias",                          FinalNormBias},
    DiskRow{"embed_out.weight",                               HeadWeight},
};
// clang-format on

constexpr std::array<std::string_view, 1> kUnprefixed = {"embed_out.weight"};
constexpr std::array<std::string_view, 4> kIgnored = {"layers.{l}.attention.bias",
    "layers.{l}.attention.masked_bias", "layers.{l}.attention.rotary_emb.inv_freq",
    "rotary_emb.inv_freq"};
constexpr std::array kClasses = {TaskClass{"GPTNeoXForCausalLM", Task::CausalLanguageModel}};
constexpr RotaryKeys kRotary = {.theta = "rotary_emb_base", .share = "rotary_pct"};

void fill(ObjectReader& keys, ModelConfig& config)
{
    ModelShape& shape = config.shape;
    readSizes(keys, {}, shape);
    shape.vocab = keys.requiredInteger("vocab_size", 1, SizeLimits::vocab);
    shape.positions =
        keys.optionalInteger("max_position_embeddings", 1, SizeLimits::positions).value_or(2048);
    const bool parallel = keys.optionalBool("use_parallel_residual").value_or(true);
    const bool attentionBias = keys.optionalBool("attention_bias").value_or(true);
    config.flavour = {.task = readTask(keys, kClasses),
        .layout = parallel ? BlockLayout::Parallel : BlockLayout::PreNorm,
        .normEpsilon = keys.optionalNumber("layer_norm_eps", 0, 1).value_or(1e-5),
        .activation = readActivation(keys, "hidden_act", Activation::GeluErf),
        .position = PositionKind::Rotary,
        .rotary = readRotary(keys, kRotary, shape, {.share = 0.25}),
        .qkvBias = attentionBias,
        .attentionOutBias = attentionBias,
        .tiedHead = keys.optionalBool("tie_word_embeddings").value_or(false),
        .initStd = keys.optionalNumber("initializer_range", 0, 10).value_or(0.02)};
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const Flavour& flavour = config.flavour;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = config.family;
    writeTask(json, kClasses, flavour.task);
    writeSizes(json, {}, shape);
    if (json.contains("num_key_value_heads"))
        json["num_key_value_heads"] = shape.kvHeads;
    json["vocab_size"] = shape.vocab;
    json["max_position_embeddings"] = shape.positions;
    writeActivation(json, "hidden_act", flavour.activation);
    json["layer_norm_eps"] = flavour.normEpsilon;
    json["use_parallel_residual"] = flavour.layout == BlockLayout::Parallel;
    json["attention_bias"] = flavour.qkvBias;
    writeRotary(json, kRotary, flavour.rotary);
    json["tie_word_embeddings"] = flavour.tiedHead;
    json["initializer_range"] = flavour.initStd;
    return json;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "gpt_neox", fill);
}

} // namespace

const Architecture& gptNeox()
{
    static constexpr Architecture kGptNeox = {.id = "gpt_neox",
        .title = "GPT-NeoX",
        .paper =
            "Black et al. 2022, arXiv 2204.06745; Pythia: Biderman et al. 2023, arXiv 2304.01373",
        .modelType = "gpt_neox",
        .rows = kRows,
        .prefix = "gpt_neox.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig};
    return kGptNeox;
}

} // namespace espalier
