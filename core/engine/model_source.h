// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Everything that takes a MODEL takes it through here: the path of a folder, a recipe.json (its
// destination), or a model on the Hugging Face Hub as hf:ORG/NAME or hf:ORG/NAME@REVISION.

#include "core/engine/model.h"
#include "core/hub/hub_fetch.h"
#include "core/storage/hub_cache.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The folder of a MODEL. A path is returned as it is; a model on the Hub comes from Hugging Face's
/// cache, and is fetched into it first if it is not there. Errors: fetchModel()'s; Usage if the
/// name is none.
[[nodiscard]] Result<std::filesystem::path> modelFolder(
    std::string_view model, const Progress& progress = {});

/// Model::open() on modelFolder(), or openRecipe().
[[nodiscard]] Result<Model> openModel(
    std::string_view model, const Progress& progress = {}, Seed seed = {});

/// As core/engine/lasting_names.h has it; an hf: name with the commit that was opened.
[[nodiscard]] std::string lastingName(std::string_view model, const Model& opened);

/// Where models on the Hub would come from, for people.
struct HubPlace
{
    std::string endpoint;
    std::filesystem::path cache;
    std::string tokenSource; ///< "HF_TOKEN", a file, or empty without a token
    bool offline = false;
};
/// Errors: Usage, naming the environment variable that is wrong.
[[nodiscard]] Result<HubPlace> hubPlace();

/// A model of the cache, and whether it can be opened.
struct CachedChoice
{
    CachedModel model;
    std::string family; ///< title; empty: no family here reads its config.json
};
/// Models that lie in Hugging Face's cache already, by name. Errors: as hubPlace().
[[nodiscard]] Result<std::vector<CachedChoice>> modelsInHubCache();

/// What opening hf:ORG/NAME would fetch. Asks the Hub. Errors: as modelFolder().
[[nodiscard]] Result<HubOffer> askHub(std::string_view model, const Progress& progress = {});

} // namespace espalier
