// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/recipe_file.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace espalier::cli {

Result<std::string> readTextFile(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file)
        return refused(fmt::format("{}: cannot be read", path.string()));
    return text;
}

Result<LoadedRecipe> loadRecipe(const std::filesystem::path& path)
{
    const auto text = readTextFile(path);
    if (!text)
        return text.error();
    auto recipe = readRecipe(*text, path.string());
    if (!recipe)
        return recipe.error();
    return LoadedRecipe{std::move(*recipe), std::filesystem::absolute(path).parent_path()};
}

} // namespace espalier::cli
