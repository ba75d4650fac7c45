// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/family_config.h"

#include "core/base/expect.h"
#include "core/formats/strict_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace espalier {
namespace {

struct ActivationName
{
    std::string_view name;
    Activation activation;
};

// The first name of each activation is the one that is written. "gelu_fast" is the same tanh
// formula, rearranged.
constexpr std::array kActivationNames = {
    ActivationName{"gelu_new", Activation::GeluTanh},
    ActivationName{"gelu_pytorch_tanh", Activation::GeluTanh},
    ActivationName{"gelu_fast", Activation::GeluTanh},
    ActivationName{"gelu", Activation::GeluErf},
    ActivationName{"relu", Activation::Relu},
    ActivationName{"silu", Activation::Silu},
    ActivationName{"swish", Activation::Silu},
    ActivationName{"quick_gelu", Activation::GeluQuick},
    ActivationName{"tanh", Activation::Tanh},
};

std::optional<Activation> activationNamed(std::string_view name)
{
    for (const ActivationName& row : kActivationNames)
        if (row.name == name)
            return row.activation;
    return std::nullopt;
}

} // namespace

Result<ModelConfig> readFamilyConfig(const nlohmann::json& json, std::string_view where,
    std::string_view family, void (*fill)(ObjectReader&, ModelConfig&))
{
    JsonReader reader(std::string(where), json, JsonReader::UnknownKeys::Ignore);
    ModelConfig config;
    config.family = family;
    fill(reader.root(), config);
    if (const Status read = reader.finish(); !read)
        return read.error();
    return config;
}

void readSizes(
    ObjectReader& reader, const SizeKeys& keys, ModelShape& shape, std::int64_t defaultMlp)
{
    shape.layers = reader.requiredInteger(keys.layers, 1, SizeLimits::layers);
    shape.hidden = reader.requiredInteger(keys.hidden, 1, SizeLimits::hidden);
    readHeads(reader, keys.heads, shape);
    shape.mlp = defaultMlp > 0 && !reader.has(keys.mlp)
        ? defaultMlp * shape.hidden
        : reader.requiredInteger(keys.mlp, 1, SizeLimits::mlp);
}

void writeSizes(nlohmann::ordered_json& json, const SizeKeys& keys, const ModelShape& shape)
{
    json[keys.layers] = shape.layers;
    json[keys.hidden] = shape.hidden;
    json[keys.heads] = shape.heads;
    json[keys.mlp] = shape.mlp;
}

const TaskClass& readClass(ObjectReader& reader, std::span<const TaskClass> classes)
{
    const std::vector<std::string> named =
        reader.optionalStrings("architectures").value_or(std::vector<std::string>{});
    if (named.empty())
        return classes.front();
    std::string known;
    for (const TaskClass& row : classes) {
        if (row.name == named.front())
            return row;
        known += fmt::format("{}{}", known.empty() ? "" : ", ", row.name);
    }
    reader.refuse("architectures", fmt::format("one of {}", known));
    return classes.front();
}

Task readTask(ObjectReader& reader, std::span<const TaskClass> classes)
{
    return readClass(reader, classes).task;
}

std::string_view classFor(std::span<const TaskClass> classes, Task task)
{
    const auto row = std::find_if(
        classes.begin(), classes.end(), [task](const TaskClass& one) { return one.task == task; });
    ESPALIER_EXPECT(row != classes.end(), "a family writes the tasks that it reads");
    return row->name;
}

void writeTask(nlohmann::ordered_json& json, std::span<const TaskClass> classes, Task task)
{
    json["architectures"] = nlohmann::ordered_json::array({classFor(classes, task)});
}

Activation readActivation(ObjectReader& reader, std::string_view key, Activation absent)
{
    std::vector<std::string> names;
    for (const ActivationName& row : kActivationNames)
        names.emplace_back(row.name);
    const std::optional<std::size_t> choice = reader.optionalChoice(key, names);
    return choice ? kActivationNames[*choice].activation : absent;
}

void readHeads(ObjectReader& reader, std::string_view headsKey, ModelShape& shape)
{
    shape.heads = reader.requiredInteger(headsKey, 1, SizeLimits::heads);
    shape.kvHeads = shape.heads;
    if (shape.hidden % shape.heads != 0 && !reader.has("head_dim"))
        reader.refuse(headsKey, fmt::format("a divisor of the hidden size {}", shape.hidden));
    shape.headDim = shape.hidden / shape.heads;
}

void readKeyValueHeads(ObjectReader& reader, ModelShape& shape, std::int64_t absent)
{
    const char* const key = "num_key_value_heads";
    const std::int64_t silent = absent > 0 && !reader.isNull(key) ? absent : shape.heads;
    shape.kvHeads = reader.optionalInteger(key, 1, SizeLimits::heads).value_or(silent);
    if (shape.heads % shape.kvHeads != 0)
        reader.refuse(key, fmt::format("a divisor of the {} heads", shape.heads));
}

void readHeadDim(ObjectReader& reader, ModelShape& shape)
{
    shape.headDim =
        reader.optionalInteger("head_dim", 1, SizeLimits::headDim).value_or(shape.headDim);
}

std::int64_t readClasses(ObjectReader& keys)
{
    const std::optional<std::int64_t> stated =
        keys.optionalInteger("num_labels", 1, SizeLimits::classes);
    const ObjectReader* const names = keys.optionalObject("id2label");
    if (!names)
        return stated.value_or(2);
    const auto named = static_cast<std::int64_t>(names->keys().size());
    if (named < 1 || named > SizeLimits::classes)
        keys.refuse("id2label", fmt::format("1 to {} names", SizeLimits::classes));
    else if (stated && *stated != named)
        keys.refuse("num_labels", fmt::format("{}, the number of names in id2label", named));
    return named;
}

void writeClasses(nlohmann::ordered_json& json, std::int64_t classes)
{
    if (json.contains("num_labels"))
        json["num_labels"] = classes;
    const auto found = json.find("id2label");
    if (found != json.end() && found->is_object() && std::cmp_equal(found->size(), classes))
        return;
    nlohmann::ordered_json names = nlohmann::ordered_json::object();
    nlohmann::ordered_json numbers = nlohmann::ordered_json::object();
    for (std::int64_t index = 0; index < classes; ++index) {
        // push_back, not []: an ordered object looks its keys up one by one
        names.get_ref<nlohmann::ordered_json::object_t&>().emplace_back(
            std::to_string(index), fmt::format("LABEL_{}", index));
        numbers.get_ref<nlohmann::ordered_json::object_t&>().emplace_back(
            fmt::format("LABEL_{}", index), index);
    }
    json["id2label"] = std::move(names);
    json["label2id"] = std::move(numbers);
}

void requireSwitch(ObjectReader& reader, std::string_view key, bool wanted)
{
    if (reader.optionalBool(key).value_or(wanted) != wanted)
        reader.refuse(key, fmt::format("{}, other models are not supported", wanted));
}

nlohmann::ordered_json sourceKeysOf(const ModelConfig& config)
{
    if (config.sourceJson.empty())
        return nlohmann::ordered_json::object();
    const Result<nlohmann::json> source = parseStrictJson(config.sourceJson, "config.json");
    ESPALIER_EXPECT(source.ok() && source->is_object(), "the config was read from this text");
    return nlohmann::ordered_json(*source);
}

void writeActivation(nlohmann::ordered_json& json, std::string_view key, Activation activation)
{
    const auto found = json.find(std::string(key));
    if (found != json.end() && found->is_string()
        && activationNamed(found->get<std::string>()) == activation)
        return;
    for (const ActivationName& row : kActivationNames)
        if (row.activation == activation) {
            json[std::string(key)] = std::string(row.name);
            return;
        }
    ESPALIER_EXPECT(false, "every activation has a name");
}

} // namespace espalier
