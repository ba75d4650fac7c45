// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/recipe_json.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <utility>

namespace espalier {
namespace {

constexpr std::int64_t kMaxCount = std::int64_t{1} << 40; // steps, samples
constexpr std::int64_t kMaxBatch = std::int64_t{1} << 24;
constexpr std::int64_t kMaxSize = std::int64_t{1} << 24; // checkShape knows the real limits

ModelShape trunkFrom(ObjectReader& keys)
{
    ModelShape shape;
    for (const Size size : kTrunkSizes)
        set(shape, size, keys.requiredInteger(nameOf(size), 1, kMaxSize));
    return shape;
}

/// Sizes of the task are there if they were asked for.
ModelShape shapeFrom(ObjectReader& keys)
{
    ModelShape shape = trunkFrom(keys);
    for (const Size size : kTaskSizes)
        if (const auto asked = keys.optionalInteger(nameOf(size), 1, kMaxSize))
            set(shape, size, *asked);
    return shape;
}

std::optional<std::int64_t> integerFrom(const nlohmann::json& value)
{
    if (!value.is_number_integer()
        || (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>())))
        return std::nullopt;
    return value.get<std::int64_t>();
}

std::optional<std::vector<std::int64_t>> integersFrom(const nlohmann::json& array)
{
    std::vector<std::int64_t> list;
    for (const nlohmann::json& entry : array) {
        const std::optional<std::int64_t> integer = integerFrom(entry);
        if (!integer)
            return std::nullopt;
        list.push_back(*integer);
    }
    return list;
}

std::optional<OptionValue> optionFrom(const nlohmann::json& value)
{
    if (value.is_boolean())
        return value.get<bool>();
    if (const auto integer = integerFrom(value))
        return *integer;
    if (value.is_number_float() && std::isfinite(value.get<double>()))
        return value.get<double>();
    if (value.is_string())
        return value.get<std::string>();
    if (!value.is_array())
        return std::nullopt;
    const auto list = integersFrom(value);
    return list ? std::optional<OptionValue>(*list) : std::nullopt;
}

/// By JSON type; the method's specs decide later which keys and values are its own
/// (completeOptions).
Options optionsFrom(ObjectReader& keys)
{
    Options options;
    for (const std::string& key : keys.keys()) {
        const nlohmann::json* const value = keys.anything(key);
        const std::optional<OptionValue> option = value ? optionFrom(*value) : std::nullopt;
        if (option)
            options.emplace(key, *option);
        else
            keys.refuse(key, "true, false, a number, a text or a list of integers");
    }
    return options;
}

nlohmann::ordered_json toJson(const Options& options)
{
    auto json = nlohmann::ordered_json::object();
    for (const auto& [key, option] : options)
        std::visit([&, name = key](const auto& value) { json[name] = value; }, option);
    return json;
}

nlohmann::ordered_json trunkAsJson(const ModelShape& shape)
{
    nlohmann::ordered_json json;
    for (const Size size : kTrunkSizes)
        json[std::string(nameOf(size))] = get(shape, size);
    return json;
}

nlohmann::ordered_json toJson(const ModelShape& shape)
{
    nlohmann::ordered_json json = trunkAsJson(shape);
    for (const Size size : kTaskSizes)
        if (get(shape, size) > 0)
            json[std::string(nameOf(size))] = get(shape, size);
    return json;
}

void readInteger(ObjectReader& keys, std::string_view key, std::int64_t min, std::int64_t max,
    std::int64_t& value)
{
    value = keys.optionalInteger(key, min, max).value_or(value);
}

void readNumber(ObjectReader& keys, std::string_view key, double min, double max, double& value)
{
    value = keys.optionalNumber(key, min, max).value_or(value);
}

} // namespace

Seed seedFrom(ObjectReader& keys, std::string_view key, Seed absent)
{
    const nlohmann::json* const value = keys.anything(key);
    if (!value)
        return absent;
    if (value->is_number_integer()
        && (value->is_number_unsigned() || value->get<std::int64_t>() >= 0))
        return {value->get<std::uint64_t>()};
    keys.refuse(key, "an integer from 0 to 18446744073709551615");
    return absent;
}

DataSpec dataSpecFrom(ObjectReader& keys)
{
    DataSpec data;
    data.source = keys.requiredString("source");
    readInteger(keys, "sequence-length", 0, kMaxSize, data.sequenceLength);
    readNumber(keys, "validation-share", 0, 0.9, data.validationShare);
    static const std::array<std::string, 3> kSplits = {"train", "validation", "test"};
    if (const auto split = keys.optionalChoice("split", kSplits))
        data.split = kSplits[*split];
    data.textField = keys.optionalString("text-field").value_or(data.textField);
    data.tokenizer = keys.optionalString("tokenizer").value_or(data.tokenizer);
    data.skipBroken = keys.optionalBool("skip-broken").value_or(data.skipBroken);
    return data;
}

MeasureSettings measureSettingsFrom(ObjectReader& keys)
{
    MeasureSettings settings;
    settings.data = dataSpecFrom(keys.requiredObject("data"));
    readInteger(keys, "samples", 1, kMaxCount, settings.samples);
    readInteger(keys, "batch", 1, kMaxBatch, settings.batch);
    settings.ids = keys.optionalStrings("measurements").value_or(settings.ids);
    (void)keys.optionalBool("block-losses"); // older recipes said this of what no method reads
    return settings;
}

namespace {

Distillation distillationFrom(ObjectReader& keys)
{
    Distillation distillation;
    distillation.teacher = keys.optionalString("teacher").value_or("");
    readNumber(keys, "weight", 0, 1, distillation.weight);
    distillation.finalWeight = distillation.weight;
    readNumber(keys, "final-weight", 0, 1, distillation.finalWeight);
    readNumber(keys, "temperature", 0.01, 1e3, distillation.temperature);
    readNumber(keys, "hidden-weight", 0, 1e6, distillation.hiddenWeight);
    return distillation;
}

TrainingAids aidsFrom(ObjectReader& keys)
{
    TrainingAids aids;
    if (ObjectReader* const distillation = keys.optionalObject("distillation"))
        aids.distillation = distillationFrom(*distillation);
    readNumber(keys, "layer-drop", 0, 0.99, aids.layerDrop);
    readNumber(keys, "token-drop", 0, 0.99, aids.tokenDrop);
    readInteger(keys, "stage-steps", 0, kMaxCount, aids.stageSteps);
    readInteger(keys, "stage-layers", 0, kMaxSize, aids.stageLayers);
    readInteger(keys, "frozen-steps", 0, kMaxCount, aids.frozenSteps);
    readInteger(keys, "frozen-layers", 0, kMaxSize, aids.frozenLayers);
    readInteger(keys, "prefix-steps", 0, kMaxCount, aids.prefixSteps);
    readInteger(keys, "prefix-layers", 0, kMaxSize, aids.prefixLayers);
    readInteger(keys, "gate-steps", 0, kMaxCount, aids.gateSteps);
    return aids;
}

GrowthStage growthStageFrom(ObjectReader& keys)
{
    GrowthStage stage;
    readInteger(keys, "at-step", 1, kMaxCount, stage.atStep);
    stage.shape = trunkFrom(keys.requiredObject("shape"));
    stage.method = keys.requiredString("method");
    if (ObjectReader* const options = keys.optionalObject("options"))
        stage.options = optionsFrom(*options);
    stage.seed = seedFrom(keys, "seed", stage.seed);
    stage.keepsMoments = keys.optionalBool("keeps-moments").value_or(false);
    readInteger(keys, "frozen-steps", 0, kMaxCount, stage.frozenSteps);
    readInteger(keys, "frozen-layers", 0, kMaxSize, stage.frozenLayers);
    readInteger(keys, "gate-steps", 0, kMaxCount, stage.gateSteps);
    return stage;
}

nlohmann::ordered_json toJson(const GrowthStage& stage)
{
    nlohmann::ordered_json json = {{"at-step", stage.atStep}, {"shape", trunkAsJson(stage.shape)},
        {"method", stage.method}, {"options", toJson(stage.options)}, {"seed", stage.seed.value},
        {"keeps-moments", stage.keepsMoments}};
    if (stage.frozenSteps > 0) {
        json["frozen-steps"] = stage.frozenSteps;
        json["frozen-layers"] = stage.frozenLayers;
    }
    if (stage.gateSteps > 0)
        json["gate-steps"] = stage.gateSteps;
    return json;
}

/// Only what is on.
nlohmann::ordered_json toJson(const TrainingAids& aids)
{
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    if (const auto& d = aids.distillation)
        json["distillation"] = {{"teacher", d->teacher}, {"weight", d->weight},
            {"final-weight", d->finalWeight}, {"temperature", d->temperature},
            {"hidden-weight", d->hiddenWeight}};
    for (const auto& [key, value] :
        {std::pair("layer-drop", aids.layerDrop), std::pair("token-drop", aids.tokenDrop)})
        if (value != 0)
            json[key] = value;
    for (const auto& [key, value] :
        {std::pair("stage-steps", aids.stageSteps), std::pair("stage-layers", aids.stageLayers),
            std::pair("frozen-steps", aids.frozenSteps),
            std::pair("frozen-layers", aids.frozenLayers),
            std::pair("prefix-steps", aids.prefixSteps),
            std::pair("prefix-layers", aids.prefixLayers), std::pair("gate-steps", aids.gateSteps)})
        if (value != 0)
            json[key] = value;
    return json;
}

} // namespace

TrainSettings trainSettingsFrom(ObjectReader& keys)
{
    static const std::array<std::string, 3> kDevices = {"auto", "cpu", "cuda"};
    static const std::array<std::string, 2> kDtypes = {"fp32", "bf16"};
    TrainSettings settings;
    settings.data = dataSpecFrom(keys.requiredObject("data"));
    readInteger(keys, "steps", 1, kMaxCount, settings.steps);
    readInteger(keys, "batch", 1, kMaxBatch, settings.batch);
    readNumber(keys, "learning-rate", 0, 1e3, settings.learningRate);
    readNumber(keys, "final-learning-rate-share", 0, 1, settings.finalLearningRateShare);
    readInteger(keys, "warmup-steps", 0, kMaxCount, settings.warmupSteps);
    readNumber(keys, "weight-decay", 0, 1e3, settings.weightDecay);
    readNumber(keys, "beta1", 0, 0.999999, settings.beta1);
    readNumber(keys, "beta2", 0, 0.999999, settings.beta2);
    readNumber(keys, "clip-norm", 0, 1e9, settings.clipNorm);
    readInteger(keys, "eval-every", 0, kMaxCount, settings.evalEvery);
    readInteger(keys, "eval-samples", 0, kMaxCount, settings.evalSamples);
    readInteger(keys, "autosave-every", 0, kMaxCount, settings.autosaveEvery);
    if (const auto device = keys.optionalChoice("device", kDevices))
        settings.device = kDevices[*device];
    if (const auto dtype = keys.optionalChoice("dtype", kDtypes))
        settings.dtype = kDtypes[*dtype];
    settings.seed = seedFrom(keys, "seed", settings.seed);
    if (ObjectReader* const aids = keys.optionalObject("aids"))
        settings.aids = aidsFrom(*aids);
    for (ObjectReader* stage : keys.optionalObjects("growth"))
        settings.growth.push_back(growthStageFrom(*stage));
    return settings;
}

Recipe recipeFrom(ObjectReader& keys)
{
    Recipe recipe;
    recipe.parentPath = keys.requiredString("parent");
    recipe.parentHash = keys.optionalString("parent-hash").value_or("");
    recipe.shape = shapeFrom(keys.requiredObject("shape"));
    recipe.method = keys.requiredString("method");
    if (ObjectReader* const options = keys.optionalObject("options"))
        recipe.options = optionsFrom(*options);
    recipe.seed = seedFrom(keys, "seed", recipe.seed);
    if (ObjectReader* const measure = keys.optionalObject("measure"))
        recipe.measure = measureSettingsFrom(*measure);
    if (ObjectReader* const train = keys.optionalObject("train"))
        recipe.train = trainSettingsFrom(*train);
    return recipe;
}

nlohmann::ordered_json toJson(const DataSpec& data)
{
    const DataSpec usual;
    nlohmann::ordered_json json = {{"source", data.source},
        {"sequence-length", data.sequenceLength}, {"validation-share", data.validationShare}};
    if (data.split != usual.split)
        json["split"] = data.split;
    if (data.textField != usual.textField)
        json["text-field"] = data.textField;
    if (!data.tokenizer.empty())
        json["tokenizer"] = data.tokenizer;
    if (data.skipBroken)
        json["skip-broken"] = true;
    return json;
}

nlohmann::ordered_json toJson(const MeasureSettings& settings)
{
    nlohmann::ordered_json json = {
        {"data", toJson(settings.data)}, {"samples", settings.samples}, {"batch", settings.batch}};
    if (!settings.ids.empty())
        json["measurements"] = settings.ids;
    return json;
}

nlohmann::ordered_json toJson(const TrainSettings& settings)
{
    nlohmann::ordered_json json = {{"data", toJson(settings.data)}, {"steps", settings.steps},
        {"batch", settings.batch}, {"learning-rate", settings.learningRate},
        {"final-learning-rate-share", settings.finalLearningRateShare},
        {"warmup-steps", settings.warmupSteps}, {"weight-decay", settings.weightDecay},
        {"beta1", settings.beta1}, {"beta2", settings.beta2}, {"clip-norm", settings.clipNorm},
        {"eval-every", settings.evalEvery}, {"eval-samples", settings.evalSamples},
        {"autosave-every", settings.autosaveEvery}, {"device", settings.device},
        {"dtype", settings.dtype}, {"seed", settings.seed.value}};
    if (settings.aids != TrainingAids{})
        json["aids"] = toJson(settings.aids);
    for (const GrowthStage& stage : settings.growth)
        json["growth"].push_back(toJson(stage));
    return json;
}

nlohmann::ordered_json toJson(const Recipe& recipe)
{
    nlohmann::ordered_json json = {{"parent", recipe.parentPath},
        {"parent-hash", recipe.parentHash}, {"shape", toJson(recipe.shape)},
        {"method", recipe.method}, {"options", toJson(recipe.options)},
        {"seed", recipe.seed.value}};
    if (recipe.measure)
        json["measure"] = toJson(*recipe.measure);
    if (recipe.train)
        json["train"] = toJson(*recipe.train);
    return json;
}

} // namespace espalier
