// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/spec_files.h"

#include "core/base/untrusted_text.h"
#include "core/storage/atomic_file.h"
#include "core/storage/file_bytes.h"

#include <fmt/format.h>

namespace espalier {
namespace {

constexpr std::uintmax_t kMostBytes = 16U
    << 20U; // a recipe with a long block list is a few kilobytes

Result<std::string> readText(const std::filesystem::path& file)
{
    const auto bytes = readFileBytes(file, kMostBytes);
    if (!bytes)
        return bytes.error();
    return std::string(bytes->begin(), bytes->end());
}

/// Models and data files that exist beside the file; demo:… names and absolute paths stay as they
/// are.
void makeAbsolute(std::string& path, const std::filesystem::path& file)
{
    if (path.empty() || path.rfind("demo:", 0) == 0 || std::filesystem::path(path).is_absolute())
        return;
    path = (std::filesystem::absolute(file).parent_path() / path).lexically_normal().string();
}

void makeAbsolute(DataSpec& data, const std::filesystem::path& file)
{
    makeAbsolute(data.source, file);
    makeAbsolute(data.tokenizer, file);
}

void makeAbsolute(Recipe& recipe, const std::filesystem::path& file)
{
    makeAbsolute(recipe.parentPath, file);
    if (recipe.measure)
        makeAbsolute(recipe.measure->data, file);
    if (recipe.train)
        makeAbsolute(recipe.train->data, file);
}

} // namespace

Recipe withAbsolutePaths(Recipe recipe, const std::filesystem::path& file)
{
    makeAbsolute(recipe, file);
    return recipe;
}

Result<Recipe> loadRecipe(const std::filesystem::path& file)
{
    const auto text = readText(file);
    if (!text)
        return text.error();
    auto recipe = readRecipe(*text, file.string());
    if (recipe)
        makeAbsolute(*recipe, file);
    return recipe;
}

Status saveRecipe(const Recipe& recipe, const std::filesystem::path& file)
{
    if (firstInvalidUtf8(recipe.parentPath))
        return refused(fmt::format(
            "{}: the parent's path {} is not UTF-8", file.string(), inQuotes(recipe.parentPath)));
    return writeFileAtomically(file, writeRecipe(recipe));
}

Result<RaceSpec> loadRaceSpec(const std::filesystem::path& file)
{
    const auto text = readText(file);
    if (!text)
        return text.error();
    auto spec = readRaceSpec(*text, file.string());
    if (!spec)
        return spec;
    for (LaneSpec& lane : spec->lanes) {
        makeAbsolute(lane.parentPath, file);
        makeAbsolute(lane.train.data, file);
        if (lane.recipe)
            makeAbsolute(*lane.recipe, file);
    }
    return spec;
}

} // namespace espalier
