// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the families of timm's folders share: their names on disk, and the config.json that timm
// writes, {"architecture": …, "num_classes": …, "model_args": {…}, "pretrained_cfg": {…}}. Not a
// family.

#include "core/architectures/architecture.h"
#include "core/formats/json_reader.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace espalier {

/// What a name that timm knows stands for where "model_args" says nothing else.
struct TimmModel
{
    std::string_view name; ///< "vit_base_patch16_224"
    std::int64_t hidden = 0;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t patch = 0;
    std::int64_t image = 224;
    double mlpRatio = 4;
    bool distilled = false; ///< has a distillation token and its head
};

/// Rows of timm's VisionTransformer and VisionTransformerDistilled.
[[nodiscard]] std::span<const DiskRow> timmRows();

/// Refuses names that are not in `models`, and arguments that change the computation in a way that
/// no flavour describes, known to us or not.
void readTimmConfig(ObjectReader& keys, std::span<const TimmModel> models, ModelConfig& config);

/// The same folder with every size in "model_args". Fresh models are called after the first of
/// `models` with as many heads.
[[nodiscard]] nlohmann::ordered_json timmConfigAsJson(
    const ModelConfig& config, std::span<const TimmModel> models);

} // namespace espalier
