// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis.h"
#include "core/axes/model_shape.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The part that a parameter plays in a transformer, the same in every family. A family's table
/// says where each one lies on disk (core/architectures); methods, forward passes and views know
/// only these. Matrices are [out, in]; the patch convolution is flattened to [d, channels * height
/// * width].
enum class Role
{
    TokenEmbedding, ///< [vocab, d]
    PositionEmbedding, ///< [spare + positions, d]
    TokenTypeEmbedding, ///< [types, d]
    PatchWeight, ///< [d, patch]
    PatchBias, ///< [d]
    ClassToken, ///< [d]
    DistillationToken, ///< [d]
    EmbeddingNormGain, ///< [d]
    EmbeddingNormBias, ///< [d]
    AttentionNormGain, ///< [d] per block: the norm whose output attention reads
    AttentionNormBias,
    QkvWeight, ///< [q|k|v, d] per block
    QkvBias, ///< [q|k|v]
    QueryNormGain, ///< [h]: a norm of every query head before rotation
    KeyNormGain, ///< [h]
    ScoreMixWeight, ///< [heads, heads]: talking heads, before the softmax
    ScoreMixBias, ///< [heads]
    ProbabilityMixWeight, ///< [heads, heads]: talking heads, after the softmax
    ProbabilityMixBias, ///< [heads]
    AttentionOutWeight, ///< [d, context]
    AttentionOutBias, ///< [d]
    AttentionScale, ///< [d]: LayerScale's gain on what attention adds
    AttentionPostNormGain, ///< [d]: the norm behind attention (see BlockLayout)
    AttentionPostNormBias,
    MlpNormGain, ///< [d]: the norm whose output the MLP reads
    MlpNormBias,
    MlpUpWeight, ///< [m, d], or gate|up [m|m, d] in gated MLPs
    MlpUpBias,
    MlpDownWeight, ///< [d, m]
    MlpDownBias, ///< [d]
    MlpScale, ///< [d]
    MlpPostNormGain, ///< [d]: the norm behind the MLP
    MlpPostNormBias,
    FinalNormGain, ///< [d]
    FinalNormBias,
    HeadDenseWeight, ///< [d, d]: a layer before the head (pooler, masked-token transform)
    HeadDenseBias, ///< [d]
    HeadNormGain, ///< [d]: a norm after that
    HeadNormBias,
    HeadWeight, ///< [vocab or classes, d]; absent while the head is tied to TokenEmbedding
    HeadBias, ///< [vocab or classes]
    DistillationHeadWeight, ///< [classes, d]: reads the distillation token
    DistillationHeadBias, ///< [classes]
};

/// "token_embedding", "attention.qkv.weight", …: stable names for recipes, random streams and
/// tables.
[[nodiscard]] std::string_view nameOf(Role role);
[[nodiscard]] bool isPerBlock(Role role);

/// A parameter of a model: its role and, for a block's parameters, the block (0-based, see
/// blocksOf); -1 for the network's own.
struct ParameterId
{
    Role role = Role::TokenEmbedding;
    int block = -1;
    friend auto operator<=>(const ParameterId&, const ParameterId&) = default;
};

/// "block.3.attention.qkv.weight", "token_embedding".
[[nodiscard]] std::string nameOf(const ParameterId& id);

/// What kind of values a parameter holds; decides fan-in scaling, weight decay and fresh
/// initialisation.
enum class ParameterKind
{
    Matrix,
    Bias,
    NormGain,
    NormBias,
    LayerScale,
    Table
};

/// A parameter with a label for every dimension; with a shape, that gives its sizes.
struct ParameterSpec
{
    ParameterId id;
    ParameterKind kind = ParameterKind::Matrix;
    std::vector<Dim> dims; ///< one (vectors) or two (matrices, tables)
    friend bool operator==(const ParameterSpec&, const ParameterSpec&) = default;
};

[[nodiscard]] std::vector<std::int64_t> sizesOf(const ParameterSpec& spec, const ModelShape& shape);
[[nodiscard]] std::int64_t elementsOf(const ParameterSpec& spec, const ModelShape& shape);

} // namespace espalier
