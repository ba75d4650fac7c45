// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the families' config.json readers and writers share. Not a family.

#include "core/axes/model_config.h"
#include "core/formats/json_reader.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
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
    static constexpr std::int64_t headDim = std::int64_t{1} << 14;
    static constexpr std::int64_t mlp = std::int64_t{1} << 20;
    static constexpr std::int64_t vocab = std::int64_t{1} << 24;
    static constexpr std::int64_t positions = std::int64_t{1} << 24;
    static constexpr std::int64_t classes = std::int64_t{1} << 20;
    static constexpr std::int64_t channels = 256;
    static constexpr std::int64_t image = std::int64_t{1} << 14;
    static constexpr std::int64_t patch = std::int64_t{1} << 12;
};

/// Reads a family's config.json: `fill` sets shape and flavour. Keys that nobody asks for are
/// ignored.
[[nodiscard]] Result<ModelConfig> readFamilyConfig(const nlohmann::json& json,
    std::string_view where, std::string_view family, void (*fill)(ObjectReader&, ModelConfig&));

/// The keys of the sizes that every family has.
struct SizeKeys
{
    const char* layers = "num_hidden_layers";
    const char* hidden = "hidden_size";
    const char* heads = "num_attention_heads";
    const char* mlp = "intermediate_size";
};
/// Layers, hidden and heads (see readHeads), and mlp, which only files of families that state a
/// default may lack (as a multiple of hidden; 0: none).
void readSizes(
    ObjectReader& reader, const SizeKeys& keys, ModelShape& shape, std::int64_t defaultMlp = 0);
void writeSizes(nlohmann::ordered_json& json, const SizeKeys& keys, const ModelShape& shape);

/// A class of transformers and the task it stands for.
struct TaskClass
{
    std::string_view name; ///< "BertForMaskedLM"
    Task task;
};
/// The class that "architectures" names; the family's first if it is absent. Refuses others.
[[nodiscard]] const TaskClass& readClass(ObjectReader& reader, std::span<const TaskClass> classes);
/// Its task.
[[nodiscard]] Task readTask(ObjectReader& reader, std::span<const TaskClass> classes);
/// The first class of the task.
[[nodiscard]] std::string_view classFor(std::span<const TaskClass> classes, Task task);
void writeTask(nlohmann::ordered_json& json, std::span<const TaskClass> classes, Task task);

/// transformers' name of an activation that we compute, as "gelu_new"; refuses the others at `key`.
[[nodiscard]] Activation readActivation(
    ObjectReader& reader, std::string_view key, Activation absent);

/// Sets heads, kvHeads and headDim; refuses, at `headsKey`, heads that do not divide the hidden
/// size, unless the config states a head_dim.
void readHeads(ObjectReader& reader, std::string_view headsKey, ModelShape& shape);

/// kv-heads and head_dim under their usual keys. Absent: head_dim as readHeads left it; kv-heads
/// `absent` (0: as many as heads; so does null). Refuses kv-heads that do not divide the heads.
void readKeyValueHeads(ObjectReader& reader, ModelShape& shape, std::int64_t absent = 0);
void readHeadDim(ObjectReader& reader, ModelShape& shape);

/// The number of classes. transformers writes it as a table of their names, and leaves the table
/// out if it is the default one of two.
[[nodiscard]] std::int64_t readClasses(ObjectReader& reader);
/// Keeps the names of the classes that the source has, if they are as many.
void writeClasses(nlohmann::ordered_json& json, std::int64_t classes);

/// Refuses a switch that changes the computation in a way the forward pass does not know. Absent:
/// as wanted.
void requireSwitch(ObjectReader& reader, std::string_view key, bool wanted);

/// The keys of config.sourceJson, to be overwritten; empty for a fresh model.
[[nodiscard]] nlohmann::ordered_json sourceKeysOf(const ModelConfig& config);

/// Writes the activation, keeping the source's own spelling where that means the same.
void writeActivation(nlohmann::ordered_json& json, std::string_view key, Activation activation);

} // namespace espalier
