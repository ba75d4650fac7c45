// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/gemma2.h"

#include "core/architectures/gated_decoder.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>

namespace espalier {
namespace {

using enum Role;

// clang-format off
constexpr std::array kRows = {
    DiskRow{"embed_tokens.weight",                           TokenEmbedding},
    DiskRow{"layers.{l}.input_layernorm.weight",             AttentionNormGain},
    DiskRow{"layers.{l}.self_attn.q_proj.weight",            QkvWeight,   Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.q_proj.bias",              QkvBias,     Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.k_proj.weight",            QkvWeight,   Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.k_proj.bias",              QkvBias,     Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.v_proj.weight",            QkvWeight,   Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.v_proj.bias",              QkvBias,     Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.o_proj.weight",            AttentionOutWeight},
    DiskRow{"layers.{l}.self_attn.o_proj.bias",              AttentionOutBias},
    DiskRow{"layers.{l}.post_attention_layernorm.weight",    AttentionPostNormGain},
    DiskRow{"layers.{l}.pre_feedforward_layernorm.weight",   MlpNormGain},
    DiskRow{"layers.{l}.mlp.gate_proj.weight",               MlpUpWeight, Layout::Plain, 0},
    DiskRow{"layers.{l}.mlp.up_proj.weight",                 MlpUpWeight, Layout::Plain, 1},
    DiskRow{"layers.{l}.mlp.down_proj.weight",               MlpDownWeight},
    DiskRow{"layers.{l}.post_feedforward_layernorm.weight",  MlpPostNormGain},
    DiskRow{"norm.weight",                                   FinalNormGain},
    DiskRow{"lm_head.weight",                                HeadWeight},
};
// clang-format on

constexpr std::array kClasses = {TaskClass{"Gemma2ForCausalLM", Task::CausalLanguageModel}};

constexpr const char* kActivationKey = "hidden_activation";
constexpr GatedDecoderDefaults kDefaults = {.kvHeads = 4,
    .headDim = 256,
    .positions = 8192,
    .activationKey = kActivationKey,
    .activation = Activation::GeluTanh,
    .tiedHead = true};

/// A soft cap: `absent` if the config does not say, 0 (none) if it says null.
double readCap(ObjectReader& keys, std::string_view key, double absent)
{
    return keys.isNull(key) ? 0 : keys.optionalNumber(key, 1e-6, 1e9).value_or(absent);
}

/// Every other block, the first one included.
std::vector<bool> alternating(std::int64_t layers)
{
    std::vector<bool> windowed_L;
    for (std::int64_t block = 0; block < layers; ++block)
        windowed_L.push_back(block % 2 == 0);
    return windowed_L;
}

void fill(ObjectReader& keys, ModelConfig& config)
{
    readGatedDecoder(keys, kDefaults, kClasses, config);
    Flavour& flavour = config.flavour;
    const bool attentionBias = keys.optionalBool("attention_bias").value_or(false);
    flavour.qkvBias = attentionBias;
    flavour.attentionOutBias = attentionBias;
    flavour.layout = BlockLayout::Sandwich;
    flavour.normGainOffset = 1;
    flavour.embeddingTimesSqrtHidden = true;
    flavour.queryScale =
        1 / std::sqrt(keys.optionalNumber("query_pre_attn_scalar", 1e-6, 1e9).value_or(256));
    flavour.scoreCap = readCap(keys, "attn_logit_softcapping", 50);
    flavour.logitCap = readCap(keys, "final_logit_softcapping", 30);
    flavour.window = readWindow(keys, 4096);
    flavour.windowed_L = readLayerTypes(keys, config.shape, alternating(config.shape.layers));
    requireSwitch(keys, "use_bidirectional_attention", false);
}

nlohmann::ordered_json capOf(double cap)
{
    return cap > 0 ? nlohmann::ordered_json(cap) : nlohmann::ordered_json();
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const Flavour& flavour = config.flavour;
    nlohmann::ordered_json json = gatedDecoderKeys(config, kClasses, kActivationKey);
    json["attention_bias"] = flavour.qkvBias;
    if (!json.contains("query_pre_attn_scalar")) // else as the source has it, without rounding
        json["query_pre_attn_scalar"] = 1 / (flavour.queryScale * flavour.queryScale);
    json["attn_logit_softcapping"] = capOf(flavour.scoreCap);
    json["final_logit_softcapping"] = capOf(flavour.logitCap);
    writeWindow(json, config);
    return json;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "gemma2", fill);
}

} // namespace

const Architecture& gemma2()
{
    static constexpr Architecture kGemma2 = {.id = "gemma2",
        .title = "Gemma 2",
        .paper = "Gemma team 2024, arXiv 2408.00118",
        .modelType = "gemma2",
        .rows = kRows,
        .prefix = "model.",
        .unprefixed = kGatedDecoderUnprefixed,
        .ignored = kGatedDecoderIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = false,
            .groupedKeyValues = true,
            .hiddenIsMultipleOfHeads = true},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "GemmaTokenizer"}};
    return kGemma2;
}

} // namespace espalier
