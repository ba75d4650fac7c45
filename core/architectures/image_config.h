// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the image families' readers and writers of config.json share. Not a family.

#include "core/axes/model_config.h"
#include "core/formats/json_reader.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string_view>

namespace espalier {

struct HeightWidth
{
    std::int64_t height = 1;
    std::int64_t width = 1;
};

/// A length for both sides, or [height, width].
[[nodiscard]] HeightWidth readSides(ObjectReader& keys, std::string_view key, std::int64_t max);
/// As readSides reads it, one length if both sides are the same.
[[nodiscard]] nlohmann::ordered_json sidesAsJson(std::int64_t height, std::int64_t width);

/// Sets image, patch and positions: one for every patch and `extraTokens`. Refuses, at `imageKey`,
/// sides that whole patches do not fill.
void setPatches(ObjectReader& keys, std::string_view imageKey, HeightWidth image, HeightWidth patch,
    std::int64_t extraTokens, ModelShape& shape);

/// Shape and flavour of a classifier of images as transformers' ViT and its relatives state them.
[[nodiscard]] ModelShape readImageShape(ObjectReader& keys, std::int64_t extraTokens);
[[nodiscard]] Flavour readImageFlavour(ObjectReader& keys);
/// The whole config of such a model.
[[nodiscard]] nlohmann::ordered_json imageConfigAsJson(
    const ModelConfig& config, std::string_view modelType, std::string_view className);

} // namespace espalier
