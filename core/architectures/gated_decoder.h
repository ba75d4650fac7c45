// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What decoders after LLaMA share: names of tensors and keys of config.json. Not a family.

#include "core/architectures/architecture.h"
#include "core/architectures/family_config.h"

#include <array>

namespace espalier {

/// LLaMA's names, with every optional bias and norm that a descendant has.
// clang-format off
inline constexpr std::array kGatedDecoderRows = {
    DiskRow{"embed_tokens.weight",                        Role::TokenEmbedding},
    DiskRow{"layers.{l}.input_layernorm.weight",          Role::AttentionNormGain},
    DiskRow{"layers.{l}.self_attn.q_proj.weight",         Role::QkvWeight,   Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.q_proj.bias",           Role::QkvBias,     Layout::Plain, 0},
    DiskRow{"layers.{l}.self_attn.k_proj.weight",         Role::QkvWeight,   Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.k_proj.bias",           Role::QkvBias,     Layout::Plain, 1},
    DiskRow{"layers.{l}.self_attn.v_proj.weight",         Role::QkvWeight,   Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.v_proj.bias",           Role::QkvBias,     Layout::Plain, 2},
    DiskRow{"layers.{l}.self_attn.q_norm.weight",         Role::QueryNormGain},
    DiskRow{"layers.{l}.self_attn.k_norm.weight",         Role::KeyNormGain},
    DiskRow{"layers.{l}.self_attn.o_proj.weight",         Role::AttentionOutWeight},
    DiskRow{"layers.{l}.self_attn.o_proj.bias",           Role::AttentionOutBias},
    DiskRow{"layers.{l}.post_attention_layernorm.weight", Role::MlpNormGain},
    DiskRow{"layers.{l}.mlp.gate_proj.weight",            Role::MlpUpWeight, Layout::Plain, 0},
    DiskRow{"layers.{l}.mlp.gate_proj.bias",              Role::MlpUpBias,   Layout::Plain, 0},
    DiskRow{"layers.{l}.mlp.up_proj.weight",              Role::MlpUpWeight, Layout::Plain, 1},
    DiskRow{"layers.{l}.mlp.up_proj.bias",                Role::MlpUpBias,   Layout::Plain, 1},
    DiskRow{"layers.{l}.mlp.down_proj.weight",            Role::MlpDownWeight},
    DiskRow{"layers.{l}.mlp.down_proj.bias",              Role::MlpDownBias},
    DiskRow{"norm.weight",                                Role::FinalNormGain},
    DiskRow{"lm_head.weight",                             Role::HeadWeight},
};
// clang-format on
inline constexpr std::array<std::string_view, 1> kGatedDecoderUnprefixed = {"lm_head.weight"};
inline constexpr std::array<std::string_view, 2> kGatedDecoderIgnored = {
    "layers.{l}.self_attn.rotary_emb.inv_freq", "rotary_emb.inv_freq"};

/// What transformers assumes where a config is silent.
struct GatedDecoderDefaults
{
    std::int64_t kvHeads = 0; ///< 0: as many as heads
    std::int64_t headDim = 0; ///< 0: hidden / heads
    std::int64_t positions = 2048;
    const char* activationKey = "hidden_act";
    Activation activation = Activation::Silu;
    bool tiedHead = false;
};

/// Sizes, rotation and flavour of a pre-norm decoder with RMS norms, grouped heads and a gated MLP,
/// without biases. What a family does otherwise it changes afterwards.
void readGatedDecoder(ObjectReader& keys, const GatedDecoderDefaults& defaults,
    std::span<const TaskClass> classes, ModelConfig& config);

/// The keys that readGatedDecoder reads.
[[nodiscard]] nlohmann::ordered_json gatedDecoderKeys(const ModelConfig& config,
    std::span<const TaskClass> classes, const char* activationKey = "hidden_act");

/// "sliding_window": `absent` if the config does not say, 0 (no window) if it says null.
[[nodiscard]] std::int64_t readWindow(ObjectReader& keys, std::int64_t absent);

/// Which blocks are windowed, as "layer_types" says; `absent` if it does not. Refuses a list of
/// another length than the blocks, and other kinds of attention by name.
[[nodiscard]] std::vector<bool> readLayerTypes(
    ObjectReader& keys, const ModelShape& shape, std::vector<bool> absent);

/// Qwen's form: a window from block "max_window_layers" on, if "use_sliding_window" says so.
void readUpperWindow(ObjectReader& keys, ModelConfig& config);
void writeUpperWindow(nlohmann::ordered_json& json, const ModelConfig& config);

/// "sliding_window" and "layer_types", every block named.
void writeWindow(nlohmann::ordered_json& json, const ModelConfig& config);

} // namespace espalier
