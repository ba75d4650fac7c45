// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/timm_deit3.h"

#include "core/architectures/timm_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

// clang-format off
constexpr std::array kModels = {
    TimmModel{"deit3_small_patch16_224",   384, 12,  6, 16, 224, 4, false, 1e-6},
    TimmModel{"deit3_small_patch16_384",   384, 12,  6, 16, 384, 4, false, 1e-6},
    TimmModel{"deit3_medium_patch16_224",  512, 12,  8, 16, 224, 4, false, 1e-6},
    TimmModel{"deit3_base_patch16_224",    768, 12, 12, 16, 224, 4, false, 1e-6},
    TimmModel{"deit3_base_patch16_384",    768, 12, 12, 16, 384, 4, false, 1e-6},
    TimmModel{"deit3_large_patch16_224",  1024, 24, 16, 16, 224, 4, false, 1e-6},
    TimmModel{"deit3_large_patch16_384",  1024, 24, 16, 16, 384, 4, false, 1e-6},
    TimmModel{"deit3_huge_patch14_224",   1280, 32, 16, 14, 224, 4, false, 1e-6},
};
// clang-format on

constexpr TimmFamily kFamily = {.id = "timm_deit3",
    .title = "DeiT III of timm",
    .paper = "Touvron et al. 2022, arXiv 2204.07118",
    .namesBegin = "deit3_",
    .models = kModels,
    .patchPositions = true};

} // namespace

const Architecture& timmDeit3()
{
    static const Architecture kTimmDeit3 = timmArchitecture<kFamily>();
    return kTimmDeit3;
}

} // namespace espalier
