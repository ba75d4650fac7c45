// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/recipe_chain.h"

#include "core/base/untrusted_text.h"
#include "core/engine/spec_files.h"
#include "core/methods/catalog.h"
#include "core/plan/provenance.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::size_t kLongestChain = 16;
constexpr const char* kRecipe = "recipe.json";

std::string shortName(const std::filesystem::path& path)
{
    const std::filesystem::path named = path.filename() == kRecipe ? path.parent_path() : path;
    return printable((named.has_filename() ? named : named.parent_path()).filename().string());
}

LineageStep stepOf(const std::filesystem::path& made, const Recipe& recipe)
{
    const Method* method = findMethod(recipe.method);
    return {.made = shortName(made),
        .method = method ? std::string(method->title) : printable(recipe.method),
        .parent = shortName(recipe.parentPath),
        .shape = recipe.shape};
}

/// The recipe that made a MODEL, if one lies there.
std::optional<std::filesystem::path> recipeBehind(const std::filesystem::path& model)
{
    std::error_code ignored;
    const std::filesystem::path file = isRecipeFile(model.string()) ? model : model / kRecipe;
    return std::filesystem::is_regular_file(file, ignored) ? std::optional(file) : std::nullopt;
}

Result<ParameterId> parameterNamed(const ModelConfig& config, std::string_view name)
{
    for (const ParameterSpec& spec : parametersOf(config))
        if (nameOf(spec.id) == name)
            return spec.id;
    return refused(fmt::format("parameter: found {}, wanted one such as {}",
        inQuotes(std::string(name)), nameOf(parametersOf(config).front().id)));
}

Status checkIndex(const ModelConfig& config, ParameterId id, const std::vector<std::int64_t>& index)
{
    const std::vector<std::int64_t> sizes = sizesOf(parameterOf(config, id), config.shape);
    bool fits = sizes.size() == index.size();
    for (std::size_t d = 0; fits && d < sizes.size(); ++d)
        fits = index[d] >= 0 && index[d] < sizes[d];
    if (fits)
        return {};
    return refused(fmt::format("{}: found cell [{}], wanted one below [{}]", nameOf(id),
        fmt::join(index, ", "), fmt::join(sizes, ", ")));
}

} // namespace

bool isRecipeFile(std::string_view model)
{
    std::error_code ignored;
    const std::filesystem::path path(model);
    return path.extension() == ".json" && std::filesystem::is_regular_file(path, ignored);
}

Result<std::vector<Recipe>> recipeChain(const std::filesystem::path& file)
{
    std::vector<Recipe> chain;
    std::string next = file.string();
    do {
        if (chain.size() == kLongestChain)
            return refused(
                fmt::format("{}: found a chain of more than {} recipes, wanted one that ends at a "
                            "model",
                    file.string(), kLongestChain));
        Result<Recipe> recipe = loadRecipe(next);
        if (!recipe)
            return recipe.error();
        next = recipe->parentPath;
        chain.push_back(*std::move(recipe));
    } while (isRecipeFile(next));
    return chain;
}

std::string rootModelOf(std::string_view model)
{
    const Result<std::vector<Recipe>> chain =
        isRecipeFile(model) ? recipeChain(model) : std::vector<Recipe>();
    return chain && !chain->empty() ? chain->back().parentPath : std::string(model);
}

Result<Model> openRecipe(const std::filesystem::path& file, const Progress& progress)
{
    const Result<std::vector<Recipe>> chain = recipeChain(file);
    if (!chain)
        return chain.error();
    const Result<PlannedRecipe> planned =
        planRecipe(chain->front(), std::nullopt, progress); // opens its parents in turn
    if (!planned)
        return planned.error();
    return scaleModel(planned->parent, planned->plan, progress);
}

std::vector<LineageStep> lineageOf(const std::filesystem::path& model)
{
    std::vector<LineageStep> steps;
    std::optional<std::filesystem::path> file = recipeBehind(model);
    while (file && steps.size() < kLongestChain) {
        const Result<Recipe> recipe = loadRecipe(*file);
        if (!recipe) {
            steps.push_back({.made = {},
                .method = {},
                .parent = {},
                .shape = {},
                .problem = recipe.error().message});
            break;
        }
        steps.push_back(stepOf(*file, *recipe));
        file = recipeBehind(recipe->parentPath);
    }
    return steps;
}

Result<std::string> describeCell(const std::filesystem::path& file, std::string_view parameter,
    const std::vector<std::int64_t>& index, const Progress& progress)
{
    const Result<std::vector<Recipe>> recipes = recipeChain(file);
    if (!recipes)
        return recipes.error();
    std::vector<TransferPlan> plans;
    for (const Recipe& recipe : *recipes) {
        Result<PlannedRecipe> planned = planRecipe(recipe, std::nullopt, progress);
        if (!planned)
            return planned.error();
        plans.insert(plans.begin(), std::move(planned->plan));
    }
    const ModelConfig& child = plans.back().child;
    const Result<ParameterId> id = parameterNamed(child, parameter);
    if (!id)
        return id.error();
    if (const Status inside = checkIndex(child, *id, index); !inside)
        return inside.error();
    return describe(originThrough(plans, *id, index));
}

} // namespace espalier
