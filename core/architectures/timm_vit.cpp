// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/timm_vit.h"

#include "core/architectures/timm_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

// clang-format off
constexpr std::array kModels = {
    TimmModel{"vit_base_patch16_224",   768, 12, 12, 16},
    TimmModel{"vit_base_patch16_384",   768, 12, 12, 16, 384},
    TimmModel{"vit_base_patch32_224",   768, 12, 12, 32},
    TimmModel{"vit_base_patch32_384",   768, 12, 12, 32, 384},
    TimmModel{"vit_base_patch8_224",    768, 12, 12, 8},
    TimmModel{"vit_tiny_patch16_224",   192, 12, 3, 16},
    TimmModel{"vit_tiny_patch16_384",   192, 12, 3, 16, 384},
    TimmModel{"vit_small_patch16_224",  384, 12, 6, 16},
    TimmModel{"vit_small_patch16_384",  384, 12, 6, 16, 384},
    TimmModel{"vit_small_patch32_224",  384, 12, 6, 32},
    TimmModel{"vit_small_patch32_384",  384, 12, 6, 32, 384},
    TimmModel{"vit_small_patch8_224",   384, 12, 6, 8},
    TimmModel{"vit_large_patch16_224", 1024, 24, 16, 16},
    TimmModel{"vit_large_patch16_384", 1024, 24, 16, 16, 384},
    TimmModel{"vit_large_patch32_224", 1024, 24, 16, 32},
    TimmModel{"vit_large_patch32_384", 1024, 24, 16, 32, 384},
    TimmModel{"vit_large_patch14_224", 1024, 24, 16, 14},
    TimmModel{"vit_huge_patch14_224",  1280, 32, 16, 14},
    TimmModel{"vit_giant_patch14_224", 1408, 40, 16, 14, 224, 48.0 / 11},
    TimmModel{"vit_gigantic_patch14_224", 1664, 48, 16, 14, 224, 64.0 / 13},
    TimmModel{"vit_base_patch16_224_miil",  768, 12, 12, 16, 224, 4, false, 0, false},
    TimmModel{"vit_base_patch16_plus_240",  896, 12, 14, 16, 240, 4, false, 1e-5},
    TimmModel{"vit_base_patch32_plus_256",  896, 12, 14, 32, 256, 4, false, 1e-5},
    TimmModel{"vit_small_patch16_36x1_224", 384, 36,  6, 16, 224, 4, false, 1e-5},
    TimmModel{"vit_small_patch14_dinov2",   384, 12,  6, 14, 518, 4, false, 1e-5},
    TimmModel{"vit_base_patch14_dinov2",    768, 12, 12, 14, 518, 4, false, 1e-5},
    TimmModel{"vit_large_patch14_dinov2",  1024, 24, 16, 14, 518, 4, false, 1e-5},
};
// clang-format on

constexpr TimmFamily kFamily = {.id = "timm_vit",
    .title = "Vision Transformer of timm",
    .paper = "Dosovitskiy et al. 2020, arXiv 2010.11929",
    .namesBegin = "vit_",
    .models = kModels};

} // namespace

const Architecture& timmVit()
{
    static const Architecture kTimmVit = timmArchitecture<kFamily>();
    return kTimmVit;
}

} // namespace espalier
