// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/family_config.h"

#include "core/base/expect.h"
#include "core/formats/strict_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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
};

std::optional<Activation> activationNamed(std::string_view name)
{
    for (const ActivationName& row : kActivationNames)
        if (row.name == name)
            return row.activation;
    return std::nullopt;
}

} // namespace

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
    if (shape.hidden % shape.heads != 0)
        reader.refuse(headsKey, fmt::format("a divisor of the hidden size {}", shape.hidden));
    shape.headDim = shape.hidden / shape.heads;
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
