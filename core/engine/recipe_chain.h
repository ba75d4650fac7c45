// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Recipes upon recipes: a recipe's parent may be another recipe's destination, so that one axis
// grows and another shrinks, or a model comes down in steps (15B, 8B, 4B).

#include "core/engine/session.h"
#include "core/report/lineage.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A MODEL that is a recipe.json stands for that recipe's destination.
[[nodiscard]] bool isRecipeFile(std::string_view model);

/// The recipe in `file` and those that its parent comes from, the last one made first; ends at a
/// parent that is no recipe. Refused: a chain of more than 16 (one that leads back to itself, say).
[[nodiscard]] Result<std::vector<Recipe>> recipeChain(const std::filesystem::path& file);

/// The MODEL that a chain of recipes begins with, whose tokenizer or image processor serves all
/// that is made of it; a MODEL that is no recipe, or whose chain cannot be read, is its own.
[[nodiscard]] std::string rootModelOf(std::string_view model);

/// The destination of the recipe in `file`, in memory, with its parents made on the way.
[[nodiscard]] Result<Model> openRecipe(
    const std::filesystem::path& file, const Progress& progress = {});

/// How the weights of a model folder or recipe came about, newest first. Follows recipe.json files
/// in folders as exports have them; stops where there is none. A file that cannot be read ends the
/// list with what is wrong with it.
[[nodiscard]] std::vector<LineageStep> lineageOf(const std::filesystem::path& model);

/// Where a cell of the destination of the recipe in `file` comes from in the first model of its
/// chain: "block.0.mlp.up.weight [4, 7] x 1.414". Refused: no such parameter or cell.
[[nodiscard]] Result<std::string> describeCell(const std::filesystem::path& file,
    std::string_view parameter, const std::vector<std::int64_t>& index,
    const Progress& progress = {});

} // namespace espalier
