// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/mistral.h"

#include "core/architectures/gated_decoder.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

constexpr std::array kClasses = {TaskClass{"MistralForCausalLM", Task::CausalLanguageModel}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    readGatedDecoder(keys, {.kvHeads = 8, .positions = 131072}, kClasses, config);
    config.flavour.window = readWindow(keys, 4096);
    if (config.flavour.window > 0)
        config.flavour.windowed_L.assign(static_cast<std::size_t>(config.shape.layers), true);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = gatedDecoderKeys(config, kClasses);
    writeWindow(json, config);
    json.erase("layer_types"); // the class knows no other pattern than all
    return json;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "mistral", fill);
}

} // namespace

const Architecture& mistral()
{
    static constexpr Architecture kMistral = {.id = "mistral",
        .title = "Mistral",
        .paper = "Jiang et al. 2023, arXiv 2310.06825",
        .modelType = "mistral",
        .rows = kGatedDecoderRows,
        .prefix = "model.",
        .unprefixed = kGatedDecoderUnprefixed,
        .ignored = kGatedDecoderIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = false, .groupedKeyValues = true},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "LlamaTokenizer"}};
    return kMistral;
}

} // namespace espalier
