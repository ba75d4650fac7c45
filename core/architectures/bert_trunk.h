// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What BERT and its relatives share: embeddings, post-norm blocks and their config keys. Not a
// family.

#include "core/architectures/architecture.h"
#include "core/formats/json_reader.h"

#include <nlohmann/json_fwd.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace espalier {

// clang-format off
inline constexpr std::array kBertTrunk = {
    DiskRow{"embeddings.word_embeddings.weight",                     Role::TokenEmbedding},
    DiskRow{"embeddings.position_embeddings.weight",                 Role::PositionEmbedding},
    DiskRow{"embeddings.token_type_embeddings.weight",               Role::TokenTypeEmbedding},
    DiskRow{"embeddings.LayerNorm.weight",                           Role::EmbeddingNormGain},
    DiskRow{"embeddings.LayerNorm.bias",                             Role::EmbeddingNormBias},
    DiskRow{"encoder.layer.{l}.attention.self.query.weight",         Role::QkvWeight, Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.self.query.bias",           Role::QkvBias,   Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.self.key.weight",           Role::QkvWeight, Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.self.key.bias",             Role::QkvBias,   Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.self.value.weight",         Role::QkvWeight, Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.self.value.bias",           Role::QkvBias,   Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.output.dense.weight",       Role::AttentionOutWeight},
    DiskRow{"encoder.layer.{l}.attention.output.dense.bias",         Role::AttentionOutBias},
    DiskRow{"encoder.layer.{l}.attention.output.LayerNorm.weight",   Role::AttentionPostNormGain},
    DiskRow{"encoder.layer.{l}.attention.output.LayerNorm.bias",     Role::AttentionPostNormBias},
    DiskRow{"encoder.layer.{l}.intermediate.dense.weight",           Role::MlpUpWeight},
    DiskRow{"encoder.layer.{l}.intermediate.dense.bias",             Role::MlpUpBias},
    DiskRow{"encoder.layer.{l}.output.dense.weight",                 Role::MlpDownWeight},
    DiskRow{"encoder.layer.{l}.output.dense.bias",                   Role::MlpDownBias},
    DiskRow{"encoder.layer.{l}.output.LayerNorm.weight",             Role::MlpPostNormGain},
    DiskRow{"encoder.layer.{l}.output.LayerNorm.bias",               Role::MlpPostNormBias},
};
// clang-format on

/// The trunk's rows, then a family's heads.
template <std::size_t N>
[[nodiscard]] constexpr auto withBertTrunk(const std::array<DiskRow, N>& heads)
{
    std::array<DiskRow, kBertTrunk.size() + N> rows = {};
    std::copy(kBertTrunk.begin(), kBertTrunk.end(), rows.begin());
    std::copy(heads.begin(), heads.end(), rows.begin() + kBertTrunk.size());
    return rows;
}

/// What TensorFlow's files called gains and biases of norms.
inline constexpr std::array kTensorFlowNorms = {NameAlias{"LayerNorm.gamma", "LayerNorm.weight"},
    NameAlias{"LayerNorm.beta", "LayerNorm.bias"}};

/// Settings of an encoder with post-norm blocks and learned positions, its head left to the family:
/// a dense layer, then, for masked tokens, a norm and the tied embedding with a bias, or, for
/// classes, a layer. Encoders keep the dense layer (the pooler) unread, and may lack it
/// (stored_config.h).
[[nodiscard]] Flavour encoderFlavour(ObjectReader& keys, Task task);

/// Sizes, flavour and head of a BERT with its usual keys; the pooler and class head end in tanh.
/// Refuses decoders and relative positions.
void readBertTrunk(ObjectReader& keys, Task task, ModelConfig& config);
/// Every size explicit, the classes if the task has some.
void writeBertTrunk(nlohmann::ordered_json& json, const ModelConfig& config);

} // namespace espalier
