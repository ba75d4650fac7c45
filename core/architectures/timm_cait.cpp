// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/timm_cait.h"

#include "core/architectures/timm_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Layout;
using enum Role;

/// A row of the class-attention blocks behind the trunk.
constexpr DiskRow behind(std::string_view name, Role role, int segment = -1)
{
    return {.name = name, .role = role, .segment = segment, .stage = Stage::ClassAttention};
}

// clang-format off
constexpr std::array kModels = {
    TimmModel{"cait_xxs24_224", 192, 24,  4, 16, 224, 4, false, 1e-5},
    TimmModel{"cait_xxs24_384", 192, 24,  4, 16, 384, 4, false, 1e-5},
    TimmModel{"cait_xxs36_224", 192, 36,  4, 16, 224, 4, false, 1e-5},
    TimmModel{"cait_xxs36_384", 192, 36,  4, 16, 384, 4, false, 1e-5},
    TimmModel{"cait_xs24_384",  288, 24,  6, 16, 384, 4, false, 1e-5},
    TimmModel{"cait_s24_224",   384, 24,  8, 16, 224, 4, false, 1e-5},
    TimmModel{"cait_s24_384",   384, 24,  8, 16, 384, 4, false, 1e-5},
    TimmModel{"cait_s36_384",   384, 36,  8, 16, 384, 4, false, 1e-6},
    TimmModel{"cait_m36_384",   768, 36, 16, 16, 384, 4, false, 1e-6},
    TimmModel{"cait_m48_448",   768, 48, 16, 16, 448, 4, false, 1e-6},
};

constexpr std::array kRows = {
    DiskRow{"cls_token",                               ClassToken, OneByOne},
    DiskRow{"pos_embed",                               PositionEmbedding, OneByRows},
    DiskRow{"patch_embed.proj.weight",                 PatchWeight, PatchConv},
    DiskRow{"patch_embed.proj.bias",                   PatchBias},
    DiskRow{"blocks.{l}.gamma_1",                      AttentionScale},
    DiskRow{"blocks.{l}.gamma_2",                      MlpScale},
    DiskRow{"blocks.{l}.norm1.weight",                 AttentionNormGain},
    DiskRow{"blocks.{l}.norm1.bias",                   AttentionNormBias},
    DiskRow{"blocks.{l}.attn.qkv.weight",              QkvWeight},
    DiskRow{"blocks.{l}.attn.qkv.bias",                QkvBias},
    DiskRow{"blocks.{l}.attn.proj.weight",             AttentionOutWeight},
    DiskRow{"blocks.{l}.attn.proj.bias",               AttentionOutBias},
    DiskRow{"blocks.{l}.attn.proj_l.weight",           ScoreMixWeight},
    DiskRow{"blocks.{l}.attn.proj_l.bias",             ScoreMixBias},
    DiskRow{"blocks.{l}.attn.proj_w.weight",           ProbabilityMixWeight},
    DiskRow{"blocks.{l}.attn.proj_w.bias",             ProbabilityMixBias},
    DiskRow{"blocks.{l}.norm2.weight",                 MlpNormGain},
    DiskRow{"blocks.{l}.norm2.bias",                   MlpNormBias},
    DiskRow{"blocks.{l}.mlp.fc1.weight",               MlpUpWeight},
    DiskRow{"blocks.{l}.mlp.fc1.bias",                 MlpUpBias},
    DiskRow{"blocks.{l}.mlp.fc2.weight",               MlpDownWeight},
    DiskRow{"blocks.{l}.mlp.fc2.bias",                 MlpDownBias},
    behind("blocks_token_only.{l}.gamma_1",            AttentionScale),
    behind("blocks_token_only.{l}.gamma_2",            MlpScale),
    behind("blocks_token_only.{l}.norm1.weight",       AttentionNormGain),
    behind("blocks_token_only.{l}.norm1.bias",         AttentionNormBias),
    behind("blocks_token_only.{l}.attn.q.weight",      QkvWeight, 0),
    behind("blocks_token_only.{l}.attn.q.bias",        QkvBias, 0),
    behind("blocks_token_only.{l}.attn.k.weight",      QkvWeight, 1),
    behind("blocks_token_only.{l}.attn.k.bias",        QkvBias, 1),
    behind("blocks_token_only.{l}.attn.v.weight",      QkvWeight, 2),
    behind("blocks_token_only.{l}.attn.v.bias",        QkvBias, 2),
    behind("blocks_token_only.{l}.attn.proj.weight",   AttentionOutWeight),
    behind("blocks_token_only.{l}.attn.proj.bias",     AttentionOutBias),
    behind("blocks_token_only.{l}.norm2.weight",       MlpNormGain),
    behind("blocks_token_only.{l}.norm2.bias",         MlpNormBias),
    behind("blocks_token_only.{l}.mlp.fc1.weight",     MlpUpWeight),
    behind("blocks_token_only.{l}.mlp.fc1.bias",       MlpUpBias),
    behind("blocks_token_only.{l}.mlp.fc2.weight",     MlpDownWeight),
    behind("blocks_token_only.{l}.mlp.fc2.bias",       MlpDownBias),
    DiskRow{"norm.weight",                             FinalNormGain},
    DiskRow{"norm.bias",                               FinalNormBias},
    DiskRow{"head.weight",                             HeadWeight},
    DiskRow{"head.bias",                               HeadBias},
};
// clang-format on

constexpr TimmFamily kFamily = {.id = "timm_cait",
    .title = "CaiT of timm",
    .paper = "Touvron et al. 2021, arXiv 2103.17239",
    .namesBegin = "cait_",
    .models = kModels,
    .rows = kRows,
    .patchPositions = true,
    .talkingHeads = true,
    .classLayers = 2};

} // namespace

const Architecture& timmCait()
{
    static const Architecture kTimmCait = timmArchitecture<kFamily>();
    return kTimmCait;
}

} // namespace espalier
