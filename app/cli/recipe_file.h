// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/recipe/recipe.h"

#include <filesystem>
#include <string>

namespace espalier::cli {

/// A recipe and what its relative paths start from.
struct LoadedRecipe
{
    Recipe recipe;
    std::filesystem::path folder;
};

/// Refused, naming the file, if it cannot be read.
[[nodiscard]] Result<std::string> readTextFile(const std::filesystem::path& path);
[[nodiscard]] Result<LoadedRecipe> loadRecipe(const std::filesystem::path& path);

} // namespace espalier::cli
