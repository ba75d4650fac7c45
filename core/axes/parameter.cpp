// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/parameter.h"

#include "core/base/expect.h"

#include <fmt/format.h>

namespace espalier {

std::string_view nameOf(Role role)
{
    switch (role) {
    case Role::TokenEmbedding:
        return "token_embedding";
    case Role::PositionEmbedding:
        return "position_embedding";
    case Role::TokenTypeEmbedding:
        return "token_type_embedding";
    case Role::PatchWeight:
        return "patch.weight";
    case Role::PatchBias:
        return "patch.bias";
    case Role::ClassToken:
        return "class_token";
    case Role::DistillationToken:
        return "distillation_token";
    case Role::EmbeddingNormGain:
        return "embedding_norm.gain";
    case Role::EmbeddingNormBias:
        return "embedding_norm.bias";
    case Role::AttentionNormGain:
        return "attention_norm.gain";
    case Role::AttentionNormBias:
        return "attention_norm.bias";
    case Role::QkvWeight:
        return "attention.qkv.weight";
    case Role::QkvBias:
        return "attention.qkv.bias";
    case Role::QueryNormGain:
        return "attention.query_norm.gain";
    case Role::KeyNormGain:
        return "attention.key_norm.gain";
    case Role::ScoreMixWeight:
        return "attention.score_mix.weight";
    case Role::ScoreMixBias:
        return "attention.score_mix.bias";
    case Role::ProbabilityMixWeight:
        return "attention.probability_mix.weight";
    case Role::ProbabilityMixBias:
        return "attention.probability_mix.bias";
    case Role::AttentionOutWeight:
        return "attention.out.weight";
    case Role::AttentionOutBias:
        return "attention.out.bias";
    case Role::AttentionScale:
        return "attention.scale";
    case Role::AttentionPostNormGain:
        return "attention_post_norm.gain";
    case Role::AttentionPostNormBias:
        return "attention_post_norm.bias";
    case Role::MlpNormGain:
        return "mlp_norm.gain";
    case Role::MlpNormBias:
        return "mlp_norm.bias";
    case Role::MlpUpWeight:
        return "mlp.up.weight";
    case Role::MlpUpBias:
        return "mlp.up.bias";
    case Role::MlpDownWeight:
        return "mlp.down.weight";
    case Role::MlpDownBias:
        return "mlp.down.bias";
    case Role::MlpScale:
        return "mlp.scale";
    case Role::MlpPostNormGain:
        return "mlp_post_norm.gain";
    case Role::MlpPostNormBias:
        return "mlp_post_norm.bias";
    case Role::FinalNormGain:
        return "final_norm.gain";
    case Role::FinalNormBias:
        return "final_norm.bias";
    case Role::HeadDenseWeight:
        return "head.dense.weight";
    case Role::HeadDenseBias:
        return "head.dense.bias";
    case Role::HeadNormGain:
        return "head.norm.gain";
    case Role::HeadNormBias:
        return "head.norm.bias";
    case Role::HeadWeight:
        return "head.weight";
    case Role::HeadBias:
        return "head.bias";
    case Role::DistillationHeadWeight:
        return "distillation_head.weight";
    case Role::DistillationHeadBias:
        return "distillation_head.bias";
    }
    ESPALIER_EXPECT(false, "a role is one of the enum's");
}

bool isPerBlock(Role role)
{
    return role >= Role::AttentionNormGain && role <= Role::MlpPostNormBias;
}

std::string nameOf(const ParameterId& id)
{
    if (id.block < 0)
        return std::string(nameOf(id.role));
    return fmt::format("block.{}.{}", id.block, nameOf(id.role));
}

std::vector<std::int64_t> sizesOf(const ParameterSpec& spec, const ModelShape& shape)
{
    std::vector<std::int64_t> sizes;
    for (const Dim& dim : spec.dims)
        sizes.push_back(lengthOf(dim, shape));
    return sizes;
}

std::int64_t elementsOf(const ParameterSpec& spec, const ModelShape& shape)
{
    std::int64_t elements = 1;
    for (const Dim& dim : spec.dims)
        elements *= lengthOf(dim, shape);
    return elements;
}

} // namespace espalier
