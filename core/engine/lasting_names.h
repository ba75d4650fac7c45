// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Names of models and data as recipes, measurements and runs note them down, to be found from any
// working folder: paths become absolute, seen from `folder` (the working folder where none is
// given); demo:… and hf:… stay, and so does the empty name.

#include "core/engine/race.h"
#include "core/recipe/recipe.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace espalier {

[[nodiscard]] std::string lastingName(
    std::string_view name, const std::filesystem::path& folder = {});
[[nodiscard]] DataSpec lastingNames(DataSpec data, const std::filesystem::path& folder = {});
[[nodiscard]] Recipe lastingNames(Recipe recipe, const std::filesystem::path& folder = {});
[[nodiscard]] RaceSpec lastingNames(RaceSpec race, const std::filesystem::path& folder = {});

} // namespace espalier
