// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/race.h"
#include "core/recipe/recipe.h"

#include <filesystem>

namespace espalier {

// Recipes and races as files. Paths in them that are relative start at the file's own folder; they
// come back absolute, and are written as they are given (core/engine/lasting_names.h). Errors when
// reading: Refused, naming file and key. When writing: Resource (disk), Refused (a path that is not
// UTF-8).

[[nodiscard]] Result<Recipe> loadRecipe(const std::filesystem::path& file);
[[nodiscard]] Status saveRecipe(const Recipe& recipe, const std::filesystem::path& file);

[[nodiscard]] Result<RaceSpec> loadRaceSpec(const std::filesystem::path& file);

} // namespace espalier
