// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the families of timm's folders share: names on disk, and the config.json that timm writes,
// {"architecture": …, "num_classes": …, "model_args": {…}, "pretrained_cfg": {…}}. Not a family.

#include "core/architectures/architecture.h"
#include "core/architectures/family_config.h"
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
    double layerScale = 0; ///< what LayerScale's gains start from; 0: it has none
    bool qkvBias = true;
};

/// A family of timm's: what its rows of the catalog and its models have in common.
struct TimmFamily
{
    std::string_view id;
    std::string_view title;
    std::string_view paper;
    std::string_view namesBegin; ///< "deit_"
    std::span<const TimmModel> models; ///< others are refused
    std::span<const DiskRow> rows = {}; ///< empty: those of timm's VisionTransformer
    bool patchPositions = false; ///< see Flavour
    bool talkingHeads = false;
    std::int64_t classLayers = 0; ///< class-attention blocks; 0: the class of timm knows none
};

/// Rows of timm's VisionTransformer and VisionTransformerDistilled.
[[nodiscard]] std::span<const DiskRow> visionTransformerRows();

/// Refuses names that are not the family's, and arguments that change the computation in a way that
/// no flavour describes, known to us or not.
void readTimmConfig(ObjectReader& keys, const TimmFamily& family, ModelConfig& config);

/// The same folder with every size in "model_args". Fresh models are called after the first of the
/// family's that has as many heads.
[[nodiscard]] nlohmann::ordered_json timmConfigAsJson(
    const ModelConfig& config, const TimmFamily& family);

/// The family's row of the catalog.
template <const TimmFamily& kFamily> [[nodiscard]] Architecture timmArchitecture()
{
    return {.id = kFamily.id,
        .title = kFamily.title,
        .paper = kFamily.paper,
        .modelType = kFamily.namesBegin,
        .rows = kFamily.rows.empty() ? visionTransformerRows() : kFamily.rows,
        .prefix = {},
        .unprefixed = {},
        .ignored = {},
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig =
            [](const nlohmann::json& json, std::string_view where) {
                return readFamilyConfig(
                    json, where, kFamily.id, [](ObjectReader& keys, ModelConfig& config) {
                        readTimmConfig(keys, kFamily, config);
                    });
            },
        .writeConfig = [](const ModelConfig& config) { return timmConfigAsJson(config, kFamily); },
        .format = ConfigFormat::Timm};
}

} // namespace espalier
