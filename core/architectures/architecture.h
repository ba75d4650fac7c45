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
    PerHead, ///< q|k|v as q|k|v of head 0, q|k|v of head 1, … (GPT-NeoX)
};

/// Tasks of a family as a set.
using TaskSet = unsigned;
inline constexpr TaskSet kEveryTask = ~0U;
template <typename... Tasks> [[nodiscard]] constexpr TaskSet only(Tasks... tasks)
{
    return ((1U << static_cast<unsigned>(tasks)) | ...);
}
[[nodiscard]] constexpr bool contains(TaskSet set, Task task)
{
    return (set & only(task)) != 0;
}

/// Which blocks a row names: those of the trunk, or the class-attention ones behind it, {l}
/// counting from 0 in both.
enum class Stage
{
    Trunk,
    ClassAttention
};

/// One row of a family's table: a tensor's name on disk ({l} is the block) and the parameter that
/// it holds. A model has the tensor if it has the parameter, one of these tasks and a flavour that
/// `when` wants; files of other tasks may hold it unread.
struct DiskRow
{
    std::string_view name;
    Role role;
    Layout layout = Layout::Plain;
    int segment = -1; ///< part of a fused first dimension (query is 0 of {Query, Key, Value}); -1:
                      ///< the whole parameter
    TaskSet tasks = kEveryTask;
    Stage stage = Stage::Trunk;
    bool twin = false; ///< repeats another row's parameter where the head is not tied: stock tools
                       ///< want both names then. Written; read by way of an alias
    bool (*when)(const Flavour&) = nullptr; ///< null: always. For names that depend on it
};

/// Whose config.json a family reads: what tells the model there.
enum class ConfigFormat
{
    Transformers, ///< "model_type"
    Timm ///< "architecture", whose beginning names the family
};

/// An older ending of names and the one that the table has: {".gamma", ".weight"}. Whole names work
/// too.
struct NameAlias
{
    std::string_view old;
    std::string_view now;
    bool counts = false; ///< beside the table's name this one is what stock tools compute with, and
                         ///< the table's is not read; otherwise both have the same values
};

/// A DiskRow for a model with sizes: one per tensor in the file.
struct DiskTensor
{
    std::string name;
    ParameterId parameter;
    Layout layout = Layout::Plain;
    int segment = -1;
    std::vector<std::int64_t> sizes; ///< on disk
    bool twin = false;

    friend bool operator==(const DiskTensor&, const DiskTensor&) = default;
};

/// Relations between sizes that stock loaders of the family insist on. That rotary dimensions are
/// even follows from the flavour.
struct ShapeRules
{
    bool hiddenIsHeadsTimesHeadDim = true; ///< no head_dim of its own in the config
    bool groupedKeyValues = false; ///< kv-heads may be fewer than heads
    bool hiddenIsMultipleOfHeads = false; ///< where head_dim is of its own (LLaMA's config insists)
};

/// The tokenizer of folders that name none, and what it takes for granted; empty: transformers' own
/// defaults of that class.
struct TokenizerDefaults
{
    std::string_view className = {}; ///< "GPT2Tokenizer"; empty: the family has no fixed one
    std::string_view bos = {};
    std::string_view eos = {};
    std::string_view unknown = {};
    std::string_view padding = {};
    bool addsBos = false;
};

/// A family: everything that depends on its names. Adding one is a file with such a value and a row
/// in catalog.cpp.
struct Architecture
{
    std::string_view id;
    std::string_view title;
    std::string_view paper;
    std::string_view modelType; ///< what its config.json says, or begins with (see format)
    std::span<const DiskRow> rows;
    std::string_view prefix; ///< of names in files of models with a head ("transformer."); headless
                             ///< ones go without. Optional when read
    std::span<const std::string_view> unprefixed; ///< names that never carry it ("lm_head.weight")
    std::span<const std::string_view>
        ignored; ///< buffers in old files that hold no weights; {l} is the block
    ShapeRules rules;
    Result<ModelConfig> (*readConfig)(const nlohmann::json& config, std::string_view where);
    /// Every size explicit; keys of config.sourceJson that no size depends on are kept.
    nlohmann::ordered_json (*writeConfig)(const ModelConfig& config);
    std::span<const std::string_view> otherPrefixes = {}; ///< that files may carry instead
    std::span<const NameAlias> aliases = {};
    ConfigFormat format = ConfigFormat::Transformers;
    TokenizerDefaults tokenizer = {};
    /// What preprocessor_config.json calls the images' processor in folders that come without one;
    /// empty: the family reads no images, or config.json says how they are prepared (timm).
    std::string_view imageProcessor = {};
};

/// Tensors that a file of this model holds, in a stable order, named as stock tools write them.
[[nodiscard]] std::vector<DiskTensor> diskTensorsOf(
    const Architecture& architecture, const ModelConfig& config);

/// The name of the table that a stored name stands for: without any prefix of the family's, aliases
/// replaced.
[[nodiscard]] std::string tableName(const Architecture& architecture, std::string_view stored);

/// True for what files of the family may hold and this model does not read: buffers (causal masks)
/// and tensors of other tasks. Any spelling of the name will do.
[[nodiscard]] bool isIgnoredTensor(
    const Architecture& architecture, Task task, std::string_view name);

} // namespace espalier
