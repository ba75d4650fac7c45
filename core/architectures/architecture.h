// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// How a parameter's logical [out, in] values lie in a tensor on disk.
enum class Layout
{
    Plain, ///< as they are
    InOut, ///< transposed, [in, out] (GPT-2's Conv1D)
    PatchConv, ///< [d, channels, height, width]
    OneByOne, ///< a vector [d] as [1, 1, d] (class token)
    OneByRows, ///< a table [n, d] as [1, n, d] (ViT's positions)
};

/// One row of a family's table: a tensor's name on disk ({l} is the block) and the parameter that
/// it holds. `segment` picks one part of a fused first dimension: query is segment 0 of QkvWeight's
/// {Query, Key, Value}.
struct DiskRow
{
    std::string_view name;
    Role role;
    Layout layout = Layout::Plain;
    int segment = -1; ///< -1: the whole parameter
};

/// A DiskRow for a model with sizes: one per tensor in the file.
struct DiskTensor
{
    std::string name;
    ParameterId parameter;
    Layout layout = Layout::Plain;
    int segment = -1;
    std::vector<std::int64_t> sizes; ///< on disk

    friend bool operator==(const DiskTensor&, const DiskTensor&) = default;
};

/// Relations between sizes that stock loaders of the family insist on.
struct ShapeRules
{
    bool hiddenIsHeadsTimesHeadDim = true; ///< no head_dim of its own in the config
    bool groupedKeyValues = false; ///< kv-heads may be fewer than heads
};

/// A family: everything that depends on its names. Adding one is a file with such a value and a row
/// in catalog.cpp.
struct Architecture
{
    std::string_view id;
    std::string_view title;
    std::string_view paper;
    std::string_view modelType; ///< config.json "model_type"
    std::span<const DiskRow> rows;
    std::string_view prefix; ///< that names carry in files of the full model ("transformer.");
                             ///< optional when read
    std::span<const std::string_view> unprefixed; ///< names that never carry it ("lm_head.weight")
    std::span<const std::string_view>
        ignored; ///< buffers in old files that hold no weights; {l} is the block
    ShapeRules rules;
    Result<ModelConfig> (*readConfig)(const nlohmann::json& config, std::string_view where);
    /// Every size explicit; keys of config.sourceJson that no size depends on are kept.
    nlohmann::ordered_json (*writeConfig)(const ModelConfig& config);
};

/// Tensors that a file of this model holds, in a stable order, names with prefix.
[[nodiscard]] std::vector<DiskTensor> diskTensorsOf(
    const Architecture& architecture, const ModelConfig& config);

/// True for buffers that files of the family may hold and nobody reads (causal masks).
[[nodiscard]] bool isIgnoredTensor(const Architecture& architecture, std::string_view name);

} // namespace espalier
