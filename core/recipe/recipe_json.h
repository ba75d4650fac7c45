// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The parts of a recipe as JSON, for files that contain them (races, checkpoints, recipes
// themselves). Keys are those of the structs' fields with hyphens, sizes as nameOf(Size) has them.
// Readers report problems to their JsonReader and return usable values only if its finish() said
// yes; keys that are left out keep the struct's default.

#include "core/formats/json_reader.h"
#include "core/recipe/recipe.h"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace espalier {

[[nodiscard]] Recipe recipeFrom(ObjectReader& keys);
[[nodiscard]] DataSpec dataSpecFrom(ObjectReader& keys);
[[nodiscard]] MeasureSettings measureSettingsFrom(ObjectReader& keys);
[[nodiscard]] TrainSettings trainSettingsFrom(ObjectReader& keys);
/// All 64 bits; `absent` if the key is not there.
[[nodiscard]] Seed seedFrom(ObjectReader& keys, std::string_view key, Seed absent);

[[nodiscard]] nlohmann::ordered_json toJson(const Recipe& recipe);
[[nodiscard]] nlohmann::ordered_json toJson(const DataSpec& data);
[[nodiscard]] nlohmann::ordered_json toJson(const MeasureSettings& settings);
[[nodiscard]] nlohmann::ordered_json toJson(const TrainSettings& settings);

} // namespace espalier
