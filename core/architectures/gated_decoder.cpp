// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/gated_decoder.h"

#include "core/architectures/rotary_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier {
namespace {

constexpr std::string_view kFull = "full_attention";
constexpr std::string_view kSliding = "sliding_attention";

} // namespace

void readGatedDecoder(ObjectReader& keys, const GatedDecoderDefaults& defaults,
    std::span<const TaskClass> classes, ModelConfig& config)
{
    ModelShape& shape = config.shape;
    readSizes(keys, {}, shape);
    if (defaults.headDim > 0)
        shape.headDim = defaults.headDim;
    readHeadDim(keys, shape);
    readKeyValueHeads(keys, shape, defaults.kvHeads);
    shape.vocab = keys.requiredInteger("vocab_size", 1, SizeLimits::vocab);
    shape.positions = keys.optionalInteger("max_position_embeddings", 1, SizeLimits::positions)
                          .value_or(defaults.positions);
    config.flavour = {.task = readTask(keys, classes),
        .norm = NormKind::Rms,
        .normEpsilon = keys.optionalNumber("rms_norm_eps", 0, 1).value_or(1e-6),
        .activation = readActivation(keys, defaults.activationKey, defaults.activation),
        .gatedMlp = true,
        .position = PositionKind::Rotary,
        .rotary = readRotary(keys, {}, shape),
        .qkvBias = false,
        .attentionOutBias = false,
        .mlpBias = false,
        .tiedHead = keys.optionalBool("tie_word_embeddings").value_or(defaults.tiedHead),
        .initStd = keys.optionalNumber("initializer_range", 0, 10).value_or(0.02)};
}

nlohmann::ordered_json gatedDecoderKeys(
    const ModelConfig& config, std::span<const TaskClass> classes, const char* activationKey)
{
    const ModelShape& shape = config.shape;
    const Flavour& flavour = config.flavour;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = config.family;
    writeTask(json, classes, flavour.task);
    writeSizes(json, {}, shape);
    json["num_key_value_heads"] = shape.kvHeads;
    json["head_dim"] = shape.headDim;
    json["vocab_size"] = shape.vocab;
    json["max_position_embeddings"] = shape.positions;
    writeActivation(json, activationKey, flavour.activation);
    json["rms_norm_eps"] = flavour.normEpsilon;
    writeRotary(json, {}, flavour.rotary);
    json["tie_word_embeddings"] = flavour.tiedHead;
    json["initializer_range"] = flavour.initStd;
    return json;
}

std::int64_t readWindow(ObjectReader& keys, std::int64_t absent)
{
    if (keys.isNull("sliding_window"))
        return 0;
    return keys.optionalInteger("sliding_window", 1, SizeLimits::positions).value_or(absent);
}

std::vector<bool> readLayerTypes(
    ObjectReader& keys, const ModelShape& shape, std::vector<bool> absent)
{
    const auto types = keys.optionalStrings("layer_types");
    if (!types)
        return absent;
    if (!std::cmp_equal(types->size(), shape.layers))
        keys.refuse("layer_types", fmt::format("{} entries, one per block", shape.layers));
    std::vector<bool> windowed_L;
    for (const std::string& type : *types) {
        if (type != kFull && type != kSliding)
            keys.refuse("layer_types", fmt::format("{} or {} alone", kFull, kSliding));
        windowed_L.push_back(type == kSliding);
    }
    return windowed_L;
}

void readUpperWindow(ObjectReader& keys, ModelConfig& config)
{
    const std::int64_t layers = config.shape.layers;
    const std::int64_t full =
        keys.optionalInteger("max_window_layers", 0, SizeLimits::layers).value_or(28);
    std::vector<bool> upper_L;
    for (std::int64_t block = 0; block < layers; ++block)
        upper_L.push_back(block >= full);
    if (keys.optionalBool("use_sliding_window").value_or(false))
        config.flavour.window = readWindow(keys, 4096);
    if (config.flavour.window > 0)
        config.flavour.windowed_L = readLayerTypes(keys, config.shape, std::move(upper_L));
    else if (keys.has("layer_types"))
        (void)readLayerTypes(keys, config.shape, {});
}

void writeUpperWindow(nlohmann::ordered_json& json, const ModelConfig& config)
{
    writeWindow(json, config);
    json["use_sliding_window"] = config.flavour.window > 0;
}

void writeWindow(nlohmann::ordered_json& json, const ModelConfig& config)
{
    const Flavour& flavour = config.flavour;
    json["sliding_window"] =
        flavour.window > 0 ? nlohmann::ordered_json(flavour.window) : nlohmann::ordered_json();
    nlohmann::ordered_json types = nlohmann::ordered_json::array();
    for (int block = 0; block < config.shape.layers; ++block)
        types.push_back(windowOf(flavour, block) > 0 ? kSliding : kFull);
    json["layer_types"] = std::move(types);
}

} // namespace espalier
