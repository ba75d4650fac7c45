// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/opt.h"

#include "core/architectures/family_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

// clang-format off
constexpr std::array kRows = {
    DiskRow{"embed_tokens.weight",                       TokenEmbedding},
    DiskRow{"embed_positions.weight",                    PositionEmbedding},
    DiskRow{"layers.{l}.self_attn_layer_norm.weight",    AttentionNormGain},
    DiskRow{"layers.{l}.self_attn_layer_norm.bias",      AttentionNormBias},
    DiskRow{"layers.{l}.self_attn.q_proj.weight",        QkvWeight, Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.q_proj.bias",          QkvBias,   Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.k_proj.weight",        QkvWeight, Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.k_proj.bias",          QkvBias,   Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.v_proj.weight",        QkvWeight, Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.v_proj.bias",          QkvBias,   Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.out_proj.weight",      AttentionOutWeight},
    DiskRow{"layers.{l}.self_attn.out_proj.bias",        AttentionOutBias},
    DiskRow{"layers.{l}.final_layer_norm.weight",        MlpNormGain},
    DiskRow{"layers.{l}.final_layer_norm.bias",          MlpNormBias},
    DiskRow{"layers.{l}.fc1.weight",                     MlpUpWeight},
    DiskRow{"layers.{l}.fc1.bias",                       MlpUpBias},
    DiskRow{"layers.{l}.fc2.weight",                     MlpDownWeight},
    DiskRow{"layers.{l}.fc2.bias",                       MlpDownBias},
    DiskRow{"final_layer_norm.weight",                   FinalNormGain},
    DiskRow{"final_layer_norm.bias",                     FinalNormBias},
    DiskRow{"lm_head.weight",                            HeadWeight},
};
// clang-format on

constexpr std::array<std::string_view, 1> kUnprefixed = {"lm_head.weight"};
constexpr std::array<std::string_view, 1> kIgnored = {"lm_head.weight"};
constexpr std::array<std::string_view, 1> kOtherPrefixes = {"decoder."};
constexpr std::array kClasses = {TaskClass{"OPTForCausalLM", Task::CausalLanguageModel}};
constexpr SizeKeys kSizes = {.mlp = "ffn_dim"};
constexpr std::int64_t kSpareRows = 2; // of the position table, before position 0

/// OPT-350m alone has norms behind its blocks and narrower embeddings.
void requireUsualForm(ObjectReader& keys, const ModelShape& shape)
{
    requireSwitch(keys, "do_layer_norm_before", true);
    requireSwitch(keys, "enable_bias", true);
    requireSwitch(keys, "layer_norm_elementwise_affine", true);
    const auto width = keys.optionalInteger("word_embed_proj_dim", 1, SizeLimits::hidden);
    if (width && *width != shape.hidden)
        keys.refuse("word_embed_proj_dim", "the hidden size, other models are not supported");
}

void fill(ObjectReader& keys, ModelConfig& config)
{
    ModelShape& shape = config.shape;
    readSizes(keys, kSizes, shape);
    shape.vocab = keys.requiredInteger("vocab_size", 1, SizeLimits::vocab);
    shape.positions =
        keys.optionalInteger("max_position_embeddings", 1, SizeLimits::positions).value_or(2048);
    shape.sparePositions = kSpareRows;
    requireUsualForm(keys, shape);
    config.flavour = {.task = readTask(keys, kClasses),
        .activation = readActivation(keys, "activation_function", Activation::Relu),
        .positionRule = PositionRule::AttendedTokens,
        .finalNorm = !keys.optionalBool("_remove_final_layer_norm").value_or(false),
        .tiedHead = keys.optionalBool("tie_word_embeddings").value_or(true),
        .initStd = keys.optionalNumber("init_std", 0, 10).value_or(0.02)};
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const Flavour& flavour = config.flavour;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = config.family;
    writeTask(json, kClasses, flavour.task);
    writeSizes(json, kSizes, shape);
    json["word_embed_proj_dim"] = shape.hidden;
    json["vocab_size"] = shape.vocab;
    json["max_position_embeddings"] = shape.positions;
    writeActivation(json, "activation_function", flavour.activation);
    json["_remove_final_layer_norm"] = !flavour.finalNorm;
    json["tie_word_embeddings"] = flavour.tiedHead;
    json["init_std"] = flavour.initStd;
    return json;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "opt", fill);
}

} // namespace

const Architecture& opt()
{
    static constexpr Architecture kOpt = {.id = "opt",
        .title = "OPT",
        .paper = "Zhang et al. 2022, arXiv 2205.01068",
        .modelType = "opt",
        .rows = kRows,
        .prefix = "model.decoder.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .otherPrefixes = kOtherPrefixes,
        .tokenizer = {.className = "GPT2Tokenizer",
            .bos = "</s>",
            .eos = "</s>",
            .unknown = "</s>",
            .padding = "<pad>",
            .addsBos = true}};
    return kOpt;
}

} // namespace espalier
