// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/qwen3.h"

#include "core/architectures/gated_decoder.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

constexpr std::array kClasses = {TaskClass{"Qwen3ForCausalLM", Task::CausalLanguageModel}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    readGatedDecoder(keys, {.kvHeads = 32, .headDim = 128, .positions = 32768}, kClasses, config);
    const bool attentionBias = keys.optionalBool("attention_bias").value_or(false);
    config.flavour.qkvBias = attentionBias;
    config.flavour.attentionOutBias = attentionBias;
    config.flavour.queryKeyNorm = true;
    readUpperWindow(keys, config);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = gatedDecoderKeys(config, kClasses);
    json["attention_bias"] = config.flavour.qkvBias;
    writeUpperWindow(json, config);
    return json;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "qwen3", fill);
}

} // namespace

const Architecture& qwen3()
{
    static constexpr Architecture kQwen3 = {.id = "qwen3",
        .title = "Qwen3",
        .paper = "Yang et al. 2025, arXiv 2505.09388",
        .modelType = "qwen3",
        .rows = kGatedDecoderRows,
        .prefix = "model.",
        .unprefixed = kGatedDecoderUnprefixed,
        .ignored = kGatedDecoderIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = false, .groupedKeyValues = true},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "Qwen2Tokenizer"}};
    return kQwen3;
}

} // namespace espalier
