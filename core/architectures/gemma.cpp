// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/gemma.h"

#include "core/architectures/gated_decoder.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

constexpr std::array kClasses = {TaskClass{"GemmaForCausalLM", Task::CausalLanguageModel}};

constexpr GatedDecoderDefaults kDefaults = {.kvHeads = 16,
    .headDim = 256,
    .positions = 8192,
    .activation = Activation::GeluTanh,
    .tiedHead = true};

void fill(ObjectReader& keys, ModelConfig& config)
{
    readGatedDecoder(keys, kDefaults, kClasses, config);
    Flavour& flavour = config.flavour;
    // The first files said "gelu" and meant its tanh form; transformers reads them so.
    if (flavour.activation == Activation::GeluErf)
        flavour.activation = Activation::GeluTanh;
    const bool attentionBias = keys.optionalBool("attention_bias").value_or(false);
    flavour.qkvBias = attentionBias;
    flavour.attentionOutBias = attentionBias;
    flavour.normGainOffset = 1;
    flavour.embeddingTimesSqrtHidden = true;
    requireSwitch(keys, "use_bidirectional_attention", false);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = gatedDecoderKeys(config, kClasses);
    json["attention_bias"] = config.flavour.qkvBias;
    return json;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "gemma", fill);
}

} // namespace

const Architecture& gemma()
{
    static constexpr Architecture kGemma = {.id = "gemma",
        .title = "Gemma",
        .paper = "Gemma team 2024, arXiv 2403.08295",
        .modelType = "gemma",
        .rows = kGatedDecoderRows,
        .prefix = "model.",
        .unprefixed = kGatedDecoderUnprefixed,
        .ignored = kGatedDecoderIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = false, .groupedKeyValues = true},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "GemmaTokenizer"}};
    return kGemma;
}

} // namespace espalier
