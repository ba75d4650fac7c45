// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/image_config.h"

#include "core/architectures/family_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace espalier {

HeightWidth readSides(ObjectReader& keys, std::string_view key, std::int64_t max)
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

nlohmann::ordered_json sidesAsJson(std::int64_t height, std::int64_t width)
{
    if (height == width)
        return height;
    return nlohmann::ordered_json::array({height, width});
}

void setPatches(ObjectReader& keys, std::string_view imageKey, HeightWidth image, HeightWidth patch,
    std::int64_t extraTokens, ModelShape& shape)
{
    if (image.height % patch.height != 0 || image.width % patch.width != 0)
        keys.refuse(imageKey,
            fmt::format("a multiple of the patch size {} x {}", patch.height, patch.width));
    shape.imageHeight = image.height;
    shape.imageWidth = image.width;
    shape.patchHeight = patch.height;
    shape.patchWidth = patch.width;
    shape.positions = (image.height / patch.height) * (image.width / patch.width) + extraTokens;
    if (shape.positions > SizeLimits::positions)
        keys.refuse(
            imageKey, fmt::format("at most {} patches", SizeLimits::positions - extraTokens));
}

ModelShape readImageShape(ObjectReader& keys, Task task, std::int64_t extraTokens)
{
    ModelShape shape;
    readSizes(keys, {}, shape);
    shape.channels = keys.requiredInteger("num_channels", 1, SizeLimits::channels);
    const HeightWidth image = readSides(keys, "image_size", SizeLimits::image);
    const HeightWidth patch = readSides(keys, "patch_size", SizeLimits::patch);
    setPatches(keys, "image_size", image, patch, extraTokens, shape);
    shape.classes = isHeadless(task) ? 0 : readClasses(keys);
    return shape;
}

Flavour readImageFlavour(ObjectReader& keys, Task task)
{
    return {.task = task,
        .normEpsilon = keys.optionalNumber("layer_norm_eps", 0, 1).value_or(1e-12),
        .activation = readActivation(keys, "hidden_act", Activation::GeluErf),
        .qkvBias = keys.optionalBool("qkv_bias").value_or(true),
        .headDense = isHeadless(task),
        .tiedHead = false,
        .headBias = !isHeadless(task),
        .initStd = keys.optionalNumber("initializer_range", 0, 10).value_or(0.02)};
}

nlohmann::ordered_json imageConfigAsJson(
    const ModelConfig& config, std::string_view modelType, std::string_view className)
{
    const ModelShape& shape = config.shape;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = modelType;
    json["architectures"] = nlohmann::ordered_json::array({className});
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
    if (!isHeadless(config.flavour.task))
        writeClasses(json, shape.classes);
    return json;
}

} // namespace espalier
