// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/vit.h"

#include "core/architectures/family_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

// The names in the files of transformers 4 and 5 alike: 5 has others in memory and translates both
// ways.
// clang-format off
constexpr std::array kRows = {
    DiskRow{"embeddings.patch_embeddings.projection.weight",           PatchWeight, Layout::PatchConv},
    DiskRow{"embeddings.patch_embeddings.projection.bias",             PatchBias},
    DiskRow{"embeddings.cls_token",                                    ClassToken, Layout::OneByOne},
    DiskRow{"embeddings.position_embeddings",                          PositionEmbedding, Layout::OneByRows},
    DiskRow{"encoder.layer.{l}.layernorm_before.weight",               AttentionNormGain},
    DiskRow{"encoder.layer.{l}.layernorm_before.bias",                 AttentionNormBias},
    DiskRow{"encoder.layer.{l}.attention.attention.query.weight",      QkvWeight, Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.attention.query.bias",        QkvBias, Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.attention.key.weight",        QkvWeight, Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.attention.key.bias",          QkvBias, Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.attention.value.weight",      QkvWeight, Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.attention.value.bias",        QkvBias, Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.output.dense.weight",         AttentionOutWeight},
    DiskRow{"encoder.layer.{l}.attention.output.dense.bias",           AttentionOutBias},
    DiskRow{"encoder.layer.{l}.layernorm_after.weight",                MlpNormGain},
    DiskRow{"encoder.layer.{l}.layernorm_after.bias",                  MlpNormBias},
    DiskRow{"encoder.layer.{l}.intermediate.dense.weight",             MlpUpWeight},
    DiskRow{"encoder.layer.{l}.intermediate.dense.bias",               MlpUpBias},
    DiskRow{"encoder.layer.{l}.output.dense.weight",                   MlpDownWeight},
    DiskRow{"encoder.layer.{l}.output.dense.bias",                     MlpDownBias},
    DiskRow{"layernorm.weight",                                        FinalNormGain},
    DiskRow{"layernorm.bias",                                          FinalNormBias},
    DiskRow{"classifier.weight",                                       HeadWeight},
    DiskRow{"classifier.bias",                                         HeadBias},
};
// clang-format on

constexpr std::array<std::string_view, 2> kUnprefixed = {"classifier.weight", "classifier.bias"};

// The pooler of ViTModel files; a classifier reads the class token instead.
constexpr std::array<std::string_view, 2> kIgnored = {"pooler.dense.weight", "pooler.dense.bias"};

struct HeightWidth
{
    std::int64_t height = 1;
    std::int64_t width = 1;
};

/// A length for both sides, or [height, width].
HeightWidth readSides(ObjectReader& keys, const char* key, std::int64_t max)
{
    const nlohmann::json* const value = keys.anything(key);
    if (!value || !value->is_array()) {
        const std::int64_t side = keys.requiredInteger(key, 1, max);
        return {side, side};
    }
    const std::vector<std::int64_t> sides = keys.requiredIntegers(key, 1, max);
    if (sides.size() == 2)
        return {sides[0], sides[1]};
    keys.refuse(key, "one length, or height and width");
    return {};
}

ModelShape readShape(ObjectReader& keys)
{
    ModelShape shape;
    readSizes(keys, {}, shape);
    shape.channels = keys.requiredInteger("num_channels", 1, SizeLimits::channels);
    const HeightWidth image = readSides(keys, "image_size", SizeLimits::image);
    const HeightWidth patch = readSides(keys, "patch_size", SizeLimits::patch);
    if (image.height % patch.height != 0 || image.width % patch.width != 0)
        keys.refuse("image_size",
            fmt::format("a multiple of the patch size {} x {}", patch.height, patch.width));
    shape.imageHeight = image.height;
    shape.imageWidth = image.width;
    shape.patchHeight = patch.height;
    shape.patchWidth = patch.width;
    shape.positions = (image.height / patch.height) * (image.width / patch.width) + 1;
    if (shape.positions > SizeLimits::positions)
        keys.refuse("image_size", fmt::format("at most {} patches", SizeLimits::positions - 1));
    shape.classes = readClasses(keys);
    return shape;
}

void fill(ObjectReader& keys, ModelConfig& config)
{
    config.shape = readShape(keys);
    config.flavour = {.task = Task::ImageClassification,
        .normEpsilon = keys.optionalNumber("layer_norm_eps", 0, 1).value_or(1e-12),
        .activation = readActivation(keys, "hidden_act", Activation::GeluErf),
        .qkvBias = keys.optionalBool("qkv_bias").value_or(true),
        .tiedHead = false,
        .headBias = true,
        .initStd = keys.optionalNumber("initializer_range", 0, 10).value_or(0.02)};
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "vit", fill);
}

nlohmann::ordered_json sidesAsJson(std::int64_t height, std::int64_t width)
{
    if (height == width)
        return height;
    return nlohmann::ordered_json::array({height, width});
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = "vit";
    json["architectures"] = nlohmann::ordered_json::array({"ViTForImageClassification"});
    writeSizes(json, {}, shape);
    json["num_channels"] = shape.channels;
    json["image_size"] = sidesAsJson(shape.imageHeight, shape.imageWidth);
    json["patch_size"] = sidesAsJson(shape.patchHeight, shape.patchWidth);
    writeActivation(json, "hidden_act", config.flavour.activation);
    json["layer_norm_eps"] = config.flavour.normEpsilon;
    json["qkv_bias"] = config.flavour.qkvBias;
    json["initializer_range"] = config.flavour.initStd;
    if (json.contains("pooler_output_size")) // transformers 5 states it, as wide as the model
        json["pooler_output_size"] = shape.hidden;
    writeClasses(json, shape.classes);
    return json;
}

} // namespace

const Architecture& vit()
{
    static constexpr Architecture kVit = {.id = "vit",
        .title = "Vision Transformer",
        .paper = "Dosovitskiy et al. 2020, arXiv 2010.11929",
        .modelType = "vit",
        .rows = kRows,
        .prefix = "vit.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig};
    return kVit;
}

} // namespace espalier
