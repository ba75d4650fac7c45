// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lasting_names.h"

#include "core/hub/hub_name.h"

namespace espalier {

namespace {

TrainSettings lastingNames(TrainSettings train, const std::filesystem::path& folder)
{
    train.data = lastingNames(std::move(train.data), folder);
    if (auto& distillation = train.aids.distillation)
        distillation->teacher = lastingName(distillation->teacher, folder);
    return train;
}

} // namespace

std::string lastingName(std::string_view name, const std::filesystem::path& folder)
{
    if (name.empty() || name.starts_with("demo:") || isHubName(name))
        return std::string(name);
    return std::filesystem::absolute(folder / name).lexically_normal().string();
}

DataSpec lastingNames(DataSpec data, const std::filesystem::path& folder)
{
    data.source = lastingName(data.source, folder);
    data.tokenizer = lastingName(data.tokenizer, folder);
    return data;
}

Recipe lastingNames(Recipe recipe, const std::filesystem::path& folder)
{
    recipe.parentPath = lastingName(recipe.parentPath, folder);
    if (recipe.measure)
        recipe.measure->data = lastingNames(std::move(recipe.measure->data), folder);
    if (recipe.train)
        recipe.train = lastingNames(*std::move(recipe.train), folder);
    return recipe;
}

RaceSpec lastingNames(RaceSpec race, const std::filesystem::path& folder)
{
    for (LaneSpec& lane : race.lanes) {
        lane.parentPath = lastingName(lane.parentPath, folder);
        lane.train = lastingNames(std::move(lane.train), folder);
        if (lane.recipe)
            lane.recipe = lastingNames(*std::move(lane.recipe), folder);
    }
    return race;
}

} // namespace espalier
