// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/llama.h"

#include "core/architectures/gated_decoder.h"

#include <nlohmann/json.hpp>

namespace espalier {
namespace {

constexpr std::array kClasses = {TaskClass{"LlamaForCausalLM", Task::CausalLanguageModel}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    readGatedDecoder(keys, {}, kClasses, config);
    const bool attentionBias = keys.optionalBool("attention_bias").value_or(false);
    config.flavour.qkvBias = attentionBias;
    config.flavour.attentionOutBias = attentionBias;
    config.flavour.mlpBias = keys.optionalBool("mlp_bias").value_or(false);
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "llama", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = gatedDecoderKeys(config, kClasses);
    json["attention_bias"] = config.flavour.qkvBias;
    json["mlp_bias"] = config.flavour.mlpBias;
    return json;
}

} // namespace

const Architecture& llama()
{
    static constexpr Architecture kLlama = {.id = "llama",
        .title = "LLaMA",
        .paper = "Touvron et al. 2023, arXiv 2302.13971",
        .modelType = "llama",
        .rows = kGatedDecoderRows,
        .prefix = "model.",
        .unprefixed = kGatedDecoderUnprefixed,
        .ignored = kGatedDecoderIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = false,
            .groupedKeyValues = true,
            .hiddenIsMultipleOfHeads = true},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "LlamaTokenizer"}};
    return kLlama;
}

} // namespace espalier
