// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/recipe.h"

#include "core/formats/strict_json.h"
#include "core/recipe/recipe_json.h"

#include <nlohmann/json.hpp>

namespace espalier {

Result<Recipe> readRecipe(std::string_view json, std::string_view where)
{
    const Result<nlohmann::json> document = parseStrictJson(json, where);
    if (!document)
        return document.error();
    JsonReader reader(std::string(where), *document);
    Recipe recipe = recipeFrom(reader.root());
    if (const Status read = reader.finish(); !read)
        return read.error();
    return recipe;
}

std::string writeRecipe(const Recipe& recipe)
{
    return writeJson(toJson(recipe));
}

} // namespace espalier
