// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/llama.h"

#include "core/architectures/family_config.h"
#include "core/architectures/rotary_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

// clang-format off
constexpr std::array kRows = {
    DiskRow{"embed_tokens.weight",                          TokenEmbedding},
    DiskRow{"layers.{l}.input_layernorm.weight",            AttentionNormGain},
    DiskRow{"layers.{l}.self_attn.q_proj.weight",           QkvWeight,   Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.q_proj.bias",             QkvBias,     Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.k_proj.weight",           QkvWeight,   Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.k_proj.bias",             QkvBias,     Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.v_proj.weight",           QkvWeight,   Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.v_proj.bias",             QkvBias,     Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.o_proj.weight",           AttentionOutWeight},
    DiskRow{"layers.{l}.self_attn.o_proj.bias",             AttentionOutBias},
    DiskRow{"layers.{l}.post_attention_layernorm.weight",   MlpNormGain},
    DiskRow{"layers.{l}.mlp.gate_proj.weight",              MlpUpWeight, Layout::Plain, 0},
    DiskRow{"layers.{l}.mlp.gate_proj.bias",                MlpUpBias,   Layout::Plain, 0},
    DiskRow{"layers.{l}.mlp.up_proj.weight",                MlpUpWeight, Layout::Plain, 1},
    DiskRow{"layers.{l}.mlp.up_proj.bias",                  MlpUpBias,   Layout::Plain, 1},
    DiskRow{"layers.{l}.mlp.down_proj.weight",              MlpDownWeight},
    DiskRow{"layers.{l}.mlp.down_proj.bias",                MlpDownBias},
    DiskRow{"norm.weight",                                  FinalNormGain},
    DiskRow{"lm_head.weight",                               HeadWeight},
};
// clang-format on

constexpr std::array<std::string_view, 1> kUnprefixed = {"lm_head.weight"};
constexpr std::array<std::string_view, 2> kIgnored = {
    "layers.{l}.self_attn.rotary_emb.inv_freq", "rotary_emb.inv_freq"};
constexpr std::array kClasses = {TaskClass{"LlamaForCausalLM", Task::CausalLanguageModel}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    ModelShape& shape = config.shape;
    readSizes(keys, {}, shape);
    readKeyValueHeads(keys, shape);
    readHeadDim(keys, shape);
    shape.vocab = keys.requiredInteger("vocab_size", 1, SizeLimits::vocab);
    shape.positions =
        keys.optionalInteger("max_position_embeddings", 1, SizeLimits::positions).value_or(2048);
    const bool attentionBias = keys.optionalBool("attention_bias").value_or(false);
    config.flavour = {.task = readTask(keys, kClasses),
        .norm = NormKind::Rms,
        .normEpsilon = keys.optionalNumber("rms_norm_eps", 0, 1).value_or(1e-6),
        .activation = readActivation(keys, "hidden_act", Activation::Silu),
        .gatedMlp = true,
        .position = PositionKind::Rotary,
        .rotary = readRotary(keys, {}, shape),
        .qkvBias = attentionBias,
        .attentionOutBias = attentionBias,
        .mlpBias = keys.optionalBool("mlp_bias").value_or(false),
        .tiedHead = keys.optionalBool("tie_word_embeddings").value_or(false),
        .initStd = keys.optionalNumber("initializer_range", 0, 10).value_or(0.02)};
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "llama", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const Flavour& flavour = config.flavour;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = "llama";
    writeTask(json, kClasses, flavour.task);
    writeSizes(json, {}, shape);
    json["num_key_value_heads"] = shape.kvHeads;
    json["head_dim"] = shape.headDim;
    json["vocab_size"] = shape.vocab;
    json["max_position_embeddings"] = shape.positions;
    writeActivation(json, "hidden_act", flavour.activation);
    json["rms_norm_eps"] = flavour.normEpsilon;
    writeRotary(json, {}, flavour.rotary);
    json["attention_bias"] = flavour.qkvBias;
    json["mlp_bias"] = flavour.mlpBias;
    json["tie_word_embeddings"] = flavour.tiedHead;
    json["initializer_range"] = flavour.initStd;
    return json;
}

} // namespace

const Architecture& llama()
{
    static constexpr Architecture kLlama = {.id = "llama",
        .title = "LLaMA",
        .paper = "Touvron et al. 2023, arXiv 2302.13971",
        .modelType = "llama",
        .rows = kRows,
        .prefix = "model.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = false,
            .groupedKeyValues = true,
            .hiddenIsMultipleOfHeads = true},
        .readConfig = readConfig,
        .writeConfig = writeConfig};
    return kLlama;
}

} // namespace espalier
