// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/timm_deit.h"

#include "core/architectures/timm_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

// clang-format off
constexpr std::array kModels = {
    TimmModel{"deit_base_patch16_224",            768, 12, 12, 16},
    TimmModel{"deit_base_patch16_384",            768, 12, 12, 16, 384},
    TimmModel{"deit_small_patch16_224",           384, 12, 6, 16},
    TimmModel{"deit_tiny_patch16_224",            192, 12, 3, 16},
    TimmModel{"deit_base_distilled_patch16_224",  768, 12, 12, 16, 224, 4, true},
    TimmModel{"deit_base_distilled_patch16_384",  768, 12, 12, 16, 384, 4, true},
    TimmModel{"deit_small_distilled_patch16_224", 384, 12, 6, 16, 224, 4, true},
    TimmModel{"deit_tiny_distilled_patch16_224",  192, 12, 3, 16, 224, 4, true},
};
// clang-format on

constexpr TimmFamily kFamily = {.id = "timm_deit",
    .title = "DeiT of timm",
    .paper = "Touvron et al. 2020, arXiv 2012.12877",
    .namesBegin = "deit_",
    .models = kModels};

} // namespace

const Architecture& timmDeit()
{
    static const Architecture kTimmDeit = timmArchitecture<kFamily>();
    return kTimmDeit;
}

} // namespace espalier
