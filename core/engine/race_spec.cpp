// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/race.h"
#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/recipe/recipe_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace espalier {

namespace {

constexpr std::int64_t kMaxStepsPerTurn = 1'000'000;
constexpr std::size_t kMaxLanes = 1000;
constexpr std::size_t kMaxIdBytes = 100;

/// Ids name folders, so they hold nothing that a file system or a shell reads in its own way.
bool isPlainId(const std::string& id)
{
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || c == '-' || c == '_';
    };
    return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), plain);
}

LaneSpec laneFrom(ObjectReader& keys)
{
    LaneSpec lane;
    lane.id = keys.requiredString("id");
    if (!isPlainId(lane.id))
        keys.refuse("id", "letters, digits, - and _");
    lane.title = keys.optionalString("title").value_or(lane.id);
    lane.parentPath = keys.optionalString("parent").value_or("");
    if (ObjectReader* const recipe = keys.optionalObject("recipe"))
        lane.recipe = recipeFrom(*recipe);
    if (lane.recipe.has_value() == !lane.parentPath.empty())
        keys.refuse("recipe", "either a recipe or a parent");
    lane.train = trainSettingsFrom(keys.requiredObject("train"));
    return lane;
}

nlohmann::ordered_json toJson(const LaneSpec& lane)
{
    nlohmann::ordered_json json = {{"id", lane.id}, {"title", lane.title}};
    if (lane.recipe)
        json["recipe"] = toJson(*lane.recipe);
    else
        json["parent"] = lane.parentPath;
    json["train"] = toJson(lane.train);
    return json;
}

} // namespace

Result<RaceSpec> readRaceSpec(std::string_view json, std::string_view where)
{
    const Result<nlohmann::json> document = parseStrictJson(json, where);
    if (!document)
        return document.error();
    JsonReader reader(std::string(where), *document);
    RaceSpec spec;
    spec.stepsPerTurn = reader.root()
                            .optionalInteger("steps-per-turn", 1, kMaxStepsPerTurn)
                            .value_or(spec.stepsPerTurn);
    for (ObjectReader* lane : reader.root().requiredObjects("lanes"))
        spec.lanes.push_back(laneFrom(*lane));
    if (spec.lanes.empty() || spec.lanes.size() > kMaxLanes)
        reader.root().refuse("lanes", fmt::format("1 to {} lanes", kMaxLanes));
    if (const Status read = reader.finish(); !read)
        return read.error();
    std::set<std::string> ids;
    for (const LaneSpec& lane : spec.lanes)
        if (!ids.insert(lane.id).second)
            return refused(fmt::format(
                "{}: lanes: found the id \"{}\" twice, wanted different ones", where, lane.id));
    return spec;
}

std::string writeRaceSpec(const RaceSpec& spec)
{
    nlohmann::ordered_json json = {{"steps-per-turn", spec.stepsPerTurn}};
    json["lanes"] = nlohmann::ordered_json::array();
    for (const LaneSpec& lane : spec.lanes)
        json["lanes"].push_back(toJson(lane));
    return writeJson(json);
}

namespace {

constexpr std::array<std::string_view, 6> kStates = {
    "waiting", "running", "paused", "stopped", "finished", "failed"};

} // namespace

std::string_view nameOf(LaneState state)
{
    return kStates[static_cast<std::size_t>(state)];
}

} // namespace espalier
