// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the families' config.json readers and writers share. Not a family.

#include "core/axes/model_config.h"
#include "core/formats/json_reader.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string_view>

namespace espalier {

/// Largest sizes that a config may state. Generous, and small enough that parameters and bytes of
/// the model, and of one grown as far as a method may (8 x in every width, 4 x in depth), stay
/// inside 64 bits.
struct SizeLimits
{
    static constexpr std::int64_t layers = 1024;
    static constexpr std::int64_t hidden = std::int64_t{1} << 18;
    static constexpr std::int64_t heads = std::int64_t{1} << 16;
    static constexpr std::int64_t mlp = std::int64_t{1} << 20;
    static constexpr std::int64_t vocab = std::int64_t{1} << 24;
    static constexpr std::int64_t positions = std::int64_t{1} << 24;
    static constexpr std::int64_t classes = std::int64_t{1} << 20;
    static constexpr std::int64_t channels = 256;
    static constexpr std::int64_t image = std::int64_t{1} << 14;
    static constexpr std::int64_t patch = std::int64_t{1} << 12;
};

/// transformers' name of an activation that we compute, as "gelu_new"; refuses the others at `key`.
[[nodiscard]] Activation readActivation(
    ObjectReader& reader, std::string_view key, Activation absent);

/// Sets heads, kvHeads and headDim; refuses, at `headsKey`, heads that do not divide the hidden
/// size.
void readHeads(ObjectReader& reader, std::string_view headsKey, ModelShape& shape);

/// Refuses a switch that changes the computation in a way the forward pass does not know. Absent:
/// as wanted.
void requireSwitch(ObjectReader& reader, std::string_view key, bool wanted);

/// The keys of config.sourceJson, to be overwritten; empty for a fresh model.
[[nodiscard]] nlohmann::ordered_json sourceKeysOf(const ModelConfig& config);

/// Writes the activation, keeping the source's own spelling where that means the same.
void writeActivation(nlohmann::ordered_json& json, std::string_view key, Activation activation);

} // namespace espalier
