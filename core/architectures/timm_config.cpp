// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/timm_config.h"

#include "core/architectures/family_config.h"
#include "core/architectures/image_config.h"
#include "core/base/expect.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace espalier {
namespace {

using enum Role;
using Json = nlohmann::ordered_json;

// clang-format off
constexpr std::array kRows = {
    DiskRow{"cls_token",                     ClassToken, Layout::OneByOne},
    DiskRow{"dist_token",                    DistillationToken, Layout::OneByOne},
    DiskRow{"pos_embed",                     PositionEmbedding, Layout::OneByRows},
    DiskRow{"patch_embed.proj.weight",       PatchWeight, Layout::PatchConv},
    DiskRow{"patch_embed.proj.bias",         PatchBias},
    DiskRow{"blocks.{l}.norm1.weight",       AttentionNormGain},
    DiskRow{"blocks.{l}.norm1.bias",         AttentionNormBias},
    DiskRow{"blocks.{l}.attn.qkv.weight",    QkvWeight},
    DiskRow{"blocks.{l}.attn.qkv.bias",      QkvBias},
    DiskRow{"blocks.{l}.attn.proj.weight",   AttentionOutWeight},
    DiskRow{"blocks.{l}.attn.proj.bias",     AttentionOutBias},
    DiskRow{"blocks.{l}.ls1.gamma",          AttentionScale},
    DiskRow{"blocks.{l}.norm2.weight",       MlpNormGain},
    DiskRow{"blocks.{l}.norm2.bias",         MlpNormBias},
    DiskRow{"blocks.{l}.mlp.fc1.weight",     MlpUpWeight},
    DiskRow{"blocks.{l}.mlp.fc1.bias",       MlpUpBias},
    DiskRow{"blocks.{l}.mlp.fc2.weight",     MlpDownWeight},
    DiskRow{"blocks.{l}.mlp.fc2.bias",       MlpDownBias},
    DiskRow{"blocks.{l}.ls2.gamma",          MlpScale},
    DiskRow{"norm.weight",                   FinalNormGain},
    DiskRow{"norm.bias",                     FinalNormBias},
    DiskRow{"head.weight",                   HeadWeight},
    DiskRow{"head.bias",                     HeadBias},
    DiskRow{"head_dist.weight",              DistillationHeadWeight},
    DiskRow{"head_dist.bias",                DistillationHeadBias},
};
// clang-format on

constexpr const char* kArguments = "model_args";
constexpr const char* kPretrained = "pretrained_cfg";
constexpr const char* kGlobalPool = "global_pool";
constexpr const char* kPatchPositions = "no_embed_class";
constexpr const char* kLayerScale = "init_values";
constexpr const char* kClassLayers = "depth_token_only";
constexpr const char* kClassMlpRatio = "mlp_ratio_token_only";
constexpr double kDefaultClassMlpRatio = 4;
constexpr std::int64_t kDefaultClasses = 1000;

/// Arguments that a model may have at this value alone.
struct Switch
{
    std::string_view key;
    bool wanted;
};
constexpr std::array kSwitches = {Switch{"class_token", true}, Switch{"pre_norm", false},
    Switch{"final_norm", true}, Switch{"fc_norm", false}, Switch{"pool_include_prefix", false},
    Switch{"proj_bias", true}, Switch{"qk_norm", false}, Switch{"scale_attn_norm", false},
    Switch{"scale_mlp_norm", false}};

constexpr std::array<std::string_view, 14> kReadArguments = {"img_size", "patch_size", "in_chans",
    "num_classes", "embed_dim", "depth", "num_heads", "mlp_ratio", "qkv_bias", kGlobalPool,
    "pos_embed", "reg_tokens", kPatchPositions, kLayerScale};
constexpr std::array<std::string_view, 2> kClassArguments = {kClassLayers, kClassMlpRatio};

/// These change training, initial values, or what images of other sizes become.
constexpr std::array<std::string_view, 10> kHarmlessArguments = {"drop_rate", "pos_drop_rate",
    "patch_drop_rate", "proj_drop_rate", "attn_drop_rate", "drop_path_rate", "weight_init",
    "fix_init", "dynamic_img_size", "dynamic_img_pad"};

bool isKnownArgument(std::string_view key, const TimmFamily& family)
{
    const auto in = [&](const auto& names) {
        return std::find(names.begin(), names.end(), key) != names.end();
    };
    return in(kReadArguments) || in(kHarmlessArguments)
        || (family.classLayers > 0 && in(kClassArguments))
        || std::any_of(
            kSwitches.begin(), kSwitches.end(), [&](const Switch& row) { return row.key == key; });
}

void requireText(ObjectReader& keys, std::string_view key, std::string_view wanted)
{
    if (keys.optionalString(key).value_or(std::string(wanted)) != wanted)
        keys.refuse(key, fmt::format("\"{}\", other models are not supported", wanted));
}

void requireKnownArguments(ObjectReader& arguments, const TimmFamily& family)
{
    for (const Switch& row : kSwitches)
        requireSwitch(arguments, row.key, row.wanted);
    requireText(arguments, "pos_embed", "learn");
    if (arguments.optionalInteger("reg_tokens", 0, SizeLimits::positions).value_or(0) != 0)
        arguments.refuse("reg_tokens", "0, other models are not supported");
    for (const std::string& key : arguments.keys())
        if (arguments.has(key) && !isKnownArgument(key, family))
            arguments.refuse(key, "nothing, its effect on the model is not known here");
}

/// timm rounds down.
std::optional<std::int64_t> mlpOf(std::int64_t hidden, double ratio)
{
    const double units = std::floor(static_cast<double>(hidden) * ratio);
    return units >= 1 && units <= static_cast<double>(SizeLimits::mlp)
        ? std::optional(static_cast<std::int64_t>(units))
        : std::nullopt;
}

/// A ratio from which timm computes exactly this many units.
double mlpRatioOf(std::int64_t hidden, std::int64_t mlp)
{
    const double ratio = static_cast<double>(mlp) / static_cast<double>(hidden);
    return mlpOf(hidden, ratio) == mlp
        ? ratio
        : std::nextafter(ratio, std::numeric_limits<double>::infinity());
}

/// The objects of a config that state sizes, the first before the next.
struct Places
{
    ObjectReader* arguments = nullptr; ///< null if there is none
    ObjectReader* top = nullptr;
    ObjectReader* pretrained = nullptr; ///< older files: the whole config
};

std::int64_t argumentOr(
    const Places& places, std::string_view key, std::int64_t max, std::int64_t absent)
{
    return places.arguments ? places.arguments->optionalInteger(key, 1, max).value_or(absent)
                            : absent;
}

double ratioOr(const Places& places, std::string_view key, double absent)
{
    return places.arguments
        ? places.arguments->optionalNumber(key, 0, static_cast<double>(SizeLimits::mlp))
              .value_or(absent)
        : absent;
}

/// MLP units of so many channels.
std::int64_t readMlp(const Places& places, std::string_view key, std::int64_t hidden, double absent)
{
    const std::optional<std::int64_t> mlp = mlpOf(hidden, ratioOr(places, key, absent));
    if (!mlp)
        places.arguments->refuse(
            key, fmt::format("1 to {} units of {} channels", SizeLimits::mlp, hidden));
    return mlp.value_or(1);
}

/// Layers, hidden, heads and mlp, of the trunk and behind it.
void readWidths(
    const Places& places, const TimmFamily& family, const TimmModel& model, ModelShape& shape)
{
    shape.layers = argumentOr(places, "depth", SizeLimits::layers, model.layers);
    shape.hidden = argumentOr(places, "embed_dim", SizeLimits::hidden, model.hidden);
    shape.heads = argumentOr(places, "num_heads", SizeLimits::heads, model.heads);
    shape.kvHeads = shape.heads;
    if (shape.hidden % shape.heads != 0)
        places.arguments->refuse(
            "num_heads", fmt::format("a divisor of the hidden size {}", shape.hidden));
    shape.headDim = shape.hidden / shape.heads;
    shape.mlp = readMlp(places, "mlp_ratio", shape.hidden, model.mlpRatio);
    if (family.classLayers == 0)
        return;
    shape.classLayers = argumentOr(places, kClassLayers, SizeLimits::layers, family.classLayers);
    shape.classMlp = readMlp(places, kClassMlpRatio, shape.hidden, kDefaultClassMlpRatio);
}

/// All that the forward pass does alike whatever the sizes. timm calls a model of 0 classes
/// headless.
Flavour readFlavour(
    const Places& places, const TimmFamily& family, const TimmModel& model, std::int64_t classes)
{
    const auto switchOr = [&](std::string_view key, bool absent) {
        return places.arguments ? places.arguments->optionalBool(key).value_or(absent) : absent;
    };
    Flavour flavour = {.task = classes > 0 ? Task::ImageClassification : Task::ImageEncoder,
        .normEpsilon = 1e-6,
        .activation = Activation::GeluErf,
        .qkvBias = switchOr("qkv_bias", model.qkvBias),
        .talkingHeads = family.talkingHeads,
        .patchPositions = switchOr(kPatchPositions, family.patchPositions),
        .distillationToken = model.distilled,
        .distillationHead = model.distilled && classes > 0,
        .tiedHead = false,
        .headBias = classes > 0};
    const bool hasClassToken = family.classLayers == 0;
    if (flavour.patchPositions != family.patchPositions && (model.distilled || !hasClassToken))
        places.arguments->refuse(kPatchPositions, "nothing, timm does not know it of such models");
    const double gain = ratioOr(places, kLayerScale, model.layerScale);
    flavour.layerScale = gain > 0 || family.classLayers > 0;
    if (flavour.layerScale)
        flavour.layerScaleInit = gain;
    return flavour;
}

/// [channels, height, width] of "pretrained_cfg"; three channels and the name's sides if absent.
std::array<std::int64_t, 3> inputSize(const Places& places, const TimmModel& model)
{
    const auto stated = places.pretrained->optionalIntegers("input_size", 1, SizeLimits::image);
    if (!stated)
        return {3, model.image, model.image};
    if (stated->size() == 3 && (*stated)[0] <= SizeLimits::channels)
        return {(*stated)[0], (*stated)[1], (*stated)[2]};
    places.pretrained->refuse("input_size", "channels, height and width");
    return {3, model.image, model.image};
}

/// Rows of the position table in front of the patches'.
std::int64_t tokensWithPositions(const Flavour& flavour)
{
    return flavour.patchPositions ? 0 : flavour.distillationToken ? 2 : 1;
}

void readImage(
    const Places& places, const TimmModel& model, const Flavour& flavour, ModelShape& shape)
{
    const auto [channels, height, width] = inputSize(places, model);
    shape.channels = argumentOr(places, "in_chans", SizeLimits::channels, channels);
    const auto sides = [&](std::string_view key, std::int64_t max, HeightWidth absent) {
        return places.arguments && places.arguments->has(key)
            ? readSides(*places.arguments, key, max)
            : absent;
    };
    const HeightWidth image = sides("img_size", SizeLimits::image, {height, width});
    const HeightWidth patch = sides("patch_size", SizeLimits::patch, {model.patch, model.patch});
    const bool argued = places.arguments && places.arguments->has("img_size");
    setPatches(argued ? *places.arguments : *places.pretrained, argued ? "img_size" : "input_size",
        image, patch, tokensWithPositions(flavour), shape);
}

std::int64_t readTimmClasses(const Places& places)
{
    for (ObjectReader* const place : {places.arguments, places.top, places.pretrained})
        if (place && place->has("num_classes"))
            return place->requiredInteger("num_classes", 0, SizeLimits::classes);
    return kDefaultClasses;
}

/// Older files have one object for everything; timm takes all but the name for "pretrained_cfg".
Json asToday(Json json)
{
    if (json.contains(kPretrained) && json[kPretrained].is_object())
        return json;
    Json today = {{"architecture", json["architecture"]}};
    json.erase("architecture");
    json.erase(kArguments); // there, timm does not read it
    if (json.contains("labels")) {
        json["label_names"] = std::move(json["labels"]);
        json.erase("labels");
    }
    today[kPretrained] = std::move(json);
    return today;
}

/// Names of classes that are no more.
void dropOtherLabels(Json& json, std::int64_t classes)
{
    const auto names = json.find("label_names");
    if (names == json.end() || std::cmp_equal(names->size(), classes))
        return;
    json.erase("label_names");
    json.erase("label_descriptions");
}

Json freshConfig(const ModelConfig& config, const TimmFamily& family)
{
    const bool distilled = config.flavour.distillationToken;
    const auto model = std::find_if(family.models.begin(), family.models.end(),
        [&](const TimmModel& row) { return row.distilled == distilled; });
    ESPALIER_EXPECT(
        model != family.models.end(), "a family has a name for the models that it reads");
    const std::vector<double> half(static_cast<std::size_t>(config.shape.channels), 0.5);
    return {{"architecture", model->name},
        {kPretrained,
            {{"interpolation", "bicubic"}, {"crop_pct", 1.0}, {"mean", half}, {"std", half},
                {"first_conv", "patch_embed.proj"},
                {"classifier", distilled ? Json{"head", "head_dist"} : Json("head")}}}};
}

void writeArguments(Json& arguments, const ModelConfig& config, const TimmFamily& family)
{
    const ModelShape& shape = config.shape;
    const Flavour& flavour = config.flavour;
    arguments["img_size"] = {shape.imageHeight, shape.imageWidth};
    arguments["patch_size"] = sidesAsJson(shape.patchHeight, shape.patchWidth);
    arguments["in_chans"] = shape.channels;
    arguments["num_classes"] = shape.classes;
    arguments["embed_dim"] = shape.hidden;
    arguments["depth"] = shape.layers;
    arguments["num_heads"] = shape.heads;
    arguments["mlp_ratio"] = mlpRatioOf(shape.hidden, shape.mlp);
    arguments["qkv_bias"] = flavour.qkvBias;
    arguments[kGlobalPool] = "token";
    if (flavour.patchPositions != family.patchPositions)
        arguments[kPatchPositions] = flavour.patchPositions;
    if (flavour.layerScale)
        arguments[kLayerScale] = flavour.layerScaleInit;
    if (shape.classLayers == 0)
        return;
    arguments[kClassLayers] = shape.classLayers;
    arguments[kClassMlpRatio] = mlpRatioOf(shape.hidden, shape.classMlp);
}

} // namespace

std::span<const DiskRow> visionTransformerRows()
{
    return kRows;
}

void readTimmConfig(ObjectReader& keys, const TimmFamily& family, ModelConfig& config)
{
    std::vector<std::string> names;
    for (const TimmModel& model : family.models)
        names.emplace_back(model.name);
    const TimmModel& model = family.models[keys.requiredChoice("architecture", names)];
    const bool today = keys.has(kPretrained);
    const Places places = {.arguments = today ? keys.optionalObject(kArguments) : nullptr,
        .top = &keys,
        .pretrained = today ? &keys.requiredObject(kPretrained) : &keys};
    for (ObjectReader* const place : {places.arguments, places.top, places.pretrained})
        if (place)
            requireText(*place, kGlobalPool, "token");
    if (places.arguments)
        requireKnownArguments(*places.arguments, family);
    config.shape.classes = readTimmClasses(places);
    config.flavour = readFlavour(places, family, model, config.shape.classes);
    readWidths(places, family, model, config.shape);
    readImage(places, model, config.flavour, config.shape);
}

Json timmConfigAsJson(const ModelConfig& config, const TimmFamily& family)
{
    const ModelShape& shape = config.shape;
    Json json =
        config.sourceJson.empty() ? freshConfig(config, family) : asToday(sourceKeysOf(config));
    json["num_classes"] = shape.classes;
    json["num_features"] = shape.hidden;
    json[kGlobalPool] = "token";
    writeArguments(json[kArguments], config, family);
    Json& pretrained = json[kPretrained];
    pretrained["input_size"] = {shape.channels, shape.imageHeight, shape.imageWidth};
    pretrained["fixed_input_size"] = true;
    pretrained["num_classes"] = shape.classes;
    dropOtherLabels(json, shape.classes);
    dropOtherLabels(pretrained, shape.classes);
    return json;
}

} // namespace espalier
