// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/spec_files.h"

#include "core/base/untrusted_text.h"
#include "core/engine/lasting_names.h"
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

} // namespace

Result<Recipe> loadRecipe(const std::filesystem::path& file)
{
    const auto text = readText(file);
    if (!text)
        return text.error();
    auto recipe = readRecipe(*text, file.string());
    return recipe ? lastingNames(*std::move(recipe), file.parent_path()) : recipe;
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
    return spec ? lastingNames(*std::move(spec), file.parent_path()) : spec;
}

} // namespace espalier
