// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/rotary_config.h"

#include "core/architectures/family_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string>

namespace espalier {
namespace {

constexpr double kMaxTheta = 1e15;
constexpr double kMaxFactor = 1e9;

const std::array<std::string, 3> kScalings = {
    "default", "linear", "llama3"}; // as the enum has them

RotaryScaling readScaling(ObjectReader& object)
{
    const char* const key = object.has("rope_type") ? "rope_type" : "type"; // the older name
    return static_cast<RotaryScaling>(object.optionalChoice(key, kScalings).value_or(0));
}

void readFactors(ObjectReader& object, Rotary& rotary)
{
    rotary.scaling = readScaling(object);
    if (rotary.scaling == RotaryScaling::None)
        return;
    rotary.factor = object.requiredNumber("factor", 1 / kMaxFactor, kMaxFactor);
    if (rotary.scaling != RotaryScaling::Llama3)
        return;
    rotary.lowFrequencyFactor =
        object.requiredNumber("low_freq_factor", 1 / kMaxFactor, kMaxFactor);
    rotary.highFrequencyFactor =
        object.requiredNumber("high_freq_factor", 1 / kMaxFactor, kMaxFactor);
    rotary.originalPositions =
        object.requiredInteger("original_max_position_embeddings", 1, SizeLimits::positions);
    if (rotary.highFrequencyFactor <= rotary.lowFrequencyFactor)
        object.refuse("high_freq_factor", "more than low_freq_factor");
}

void readBase(ObjectReader& object, const char* thetaKey, const char* shareKey, Rotary& rotary)
{
    rotary.theta = object.optionalNumber(thetaKey, 1, kMaxTheta).value_or(rotary.theta);
    rotary.share = object.optionalNumber(shareKey, 0, 1).value_or(rotary.share);
}

} // namespace

Rotary readRotary(
    ObjectReader& reader, const RotaryKeys& keys, const ModelShape& shape, const Rotary& absent)
{
    Rotary rotary = absent;
    readBase(reader, keys.theta, keys.share, rotary);
    if (ObjectReader* const now = reader.optionalObject("rope_parameters")) {
        readBase(*now, "rope_theta", "partial_rotary_factor", rotary);
        readFactors(*now, rotary);
    } else if (ObjectReader* const before = reader.optionalObject("rope_scaling")) {
        readFactors(*before, rotary);
    }
    const std::int64_t dim = rotaryDimOf({.rotary = rotary}, shape.headDim);
    if (dim < 2 || dim % 2 != 0)
        reader.refuse(keys.share,
            fmt::format("an even number of rotary channels of the {} of a head, this makes {}",
                shape.headDim, dim));
    return rotary;
}

void writeRotary(nlohmann::ordered_json& json, const RotaryKeys& keys, const Rotary& rotary)
{
    if (json.contains("rope_parameters") || json.contains(keys.theta))
        return;
    json[keys.theta] = rotary.theta;
    if (rotary.share != 1)
        json[keys.share] = rotary.share;
    if (rotary.scaling == RotaryScaling::None)
        return;
    nlohmann::ordered_json& scaling = json["rope_scaling"];
    scaling["rope_type"] = kScalings[static_cast<std::size_t>(rotary.scaling)];
    scaling["factor"] = rotary.factor;
    if (rotary.scaling == RotaryScaling::Linear)
        return;
    scaling["low_freq_factor"] = rotary.lowFrequencyFactor;
    scaling["high_freq_factor"] = rotary.highFrequencyFactor;
    scaling["original_max_position_embeddings"] = rotary.originalPositions;
}

} // namespace espalier
