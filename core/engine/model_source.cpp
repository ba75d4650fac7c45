// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_source.h"

#include "core/architectures/catalog.h"
#include "core/engine/guard.h"
#include "core/engine/lasting_names.h"
#include "core/engine/model_files.h"
#include "core/engine/recipe_chain.h"

namespace espalier {
namespace {

std::string familyIn(const std::filesystem::path& folder)
{
    const Result<std::string> text = readConfigText(folder);
    const Result<ModelConfig> config =
        text ? readModelConfig(*text, kConfigFile) : Result<ModelConfig>(text.error());
    return config ? std::string(architectureOf(*config).title) : std::string();
}

} // namespace

Result<std::filesystem::path> modelFolder(std::string_view model, const Progress& progress)
{
    return guarded([&]() -> Result<std::filesystem::path> {
        if (!isHubName(model))
            return std::filesystem::path(model);
        const Result<HubName> name = readHubName(model);
        if (!name)
            return name.error();
        const Result<HubSettings> settings = hubSettings();
        if (!settings)
            return settings.error();
        return fetchModel(*settings, *name, progress);
    });
}

Result<Model> openModel(std::string_view model, const Progress& progress, Seed seed)
{
    if (isRecipeFile(model))
        return openRecipe(model, progress);
    const Result<std::filesystem::path> folder = modelFolder(model, progress);
    if (!folder)
        return folder.error();
    return Model::open(*folder, progress, seed);
}

std::string lastingName(std::string_view model, const Model& opened)
{
    Result<HubName> name = readHubName(model);
    const std::string commit = opened.path().filename().string();
    if (!name || !isCommit(commit))
        return lastingName(model);
    name->revision = commit; // a snapshot is named after it
    return textOf(*name);
}

Result<HubPlace> hubPlace()
{
    const Result<HubSettings> settings = hubSettings();
    if (!settings)
        return settings.error();
    return HubPlace{.endpoint = settings->endpoint,
        .cache = settings->cache,
        .tokenSource = settings->token.empty() ? std::string() : settings->tokenSource,
        .offline = settings->offline};
}

Result<std::vector<CachedChoice>> modelsInHubCache()
{
    const Result<HubPlace> place = hubPlace();
    if (!place)
        return place.error();
    std::vector<CachedChoice> choices;
    for (CachedModel& model : cachedModels(place->cache)) {
        std::string family = familyIn(model.path);
        choices.push_back({std::move(model), std::move(family)});
    }
    return choices;
}

Result<HubOffer> askHub(std::string_view model, const Progress& progress)
{
    return guarded([&]() -> Result<HubOffer> {
        const Result<HubName> name = readHubName(model);
        if (!name)
            return name.error();
        const Result<HubSettings> settings = hubSettings();
        if (!settings)
            return settings.error();
        return lookUpModel(*settings, *name, progress);
    });
}

} // namespace espalier
