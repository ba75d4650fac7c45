// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/recipe/recipe.h"

#include <QString>

#include <filesystem>

class QFileInfo;

namespace espalier {

/// The MODEL that a dropped file or folder means: a recipe.json itself, else the folder that it is
/// or lies in.
[[nodiscard]] QString modelAt(const QFileInfo& dropped);

/// How people call a recipe's destination: after its file, or after its folder if all recipes are
/// called the same.
[[nodiscard]] QString destinationName(const std::filesystem::path& recipe);

/// saveRecipe(), which a next recipe may call its parent. Refused, too: a file that the recipe's
/// own parent comes from.
[[nodiscard]] Status writeRecipeFile(const Recipe& recipe, const std::filesystem::path& file);

} // namespace espalier
