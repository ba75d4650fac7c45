// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/qwen2.h"

#include "core/architectures/gated_decoder.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

constexpr std::array kClasses = {TaskClass{"Qwen2ForCausalLM", Task::CausalLanguageModel}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    readGatedDecoder(keys, {.kvHeads = 32, .positions = 32768}, kClasses, config);
    config.flavour.qkvBias = true;
    readUpperWindow(keys, config);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = gatedDecoderKeys(config, kClasses);
    json.erase("head_dim"); // the class divides hidden by heads
    writeUpperWindow(json, config);
    return json;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "qwen2", fill);
}

} // namespace

const Architecture& qwen2()
{
    static constexpr Architecture kQwen2 = {.id = "qwen2",
        .title = "Qwen2",
        .paper = "Yang et al. 2024, arXiv 2407.10671",
        .modelType = "qwen2",
        .rows = kGatedDecoderRows,
        .prefix = "model.",
        .unprefixed = kGatedDecoderUnprefixed,
        .ignored = kGatedDecoderIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = true},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "Qwen2Tokenizer"}};
    return kQwen2;
}

} // namespace espalier
