// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/gates_file.h"

#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/storage/atomic_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxBytes = std::uintmax_t{64} << 20;

std::filesystem::path fileIn(const std::filesystem::path& laneFolder, std::int64_t step)
{
    return laneFolder / fmt::format("gates-{:06}.json", step);
}

} // namespace

Status writeNewMembers(
    const NewMembers& members, const std::filesystem::path& laneFolder, std::int64_t step)
{
    nlohmann::ordered_json json = {{"channels", members.channels}, {"blocks", members.blocks},
        {"inside", nlohmann::ordered_json::array()}};
    for (const NewMembers::InBlock& each : members.inside)
        json["inside"].push_back(
            {{"block", each.block}, {"heads", each.heads}, {"units", each.units}});
    return writeFileAtomically(fileIn(laneFolder, step), json.dump() + "\n");
}

Result<NewMembers> readNewMembers(
    const std::filesystem::path& laneFolder, std::int64_t step, const ModelShape& shape)
{
    const std::filesystem::path file = fileIn(laneFolder, step);
    const Result<nlohmann::json> document = readJsonFile(file, kMaxBytes);
    if (!document)
        return document.error();
    JsonReader reader(file.string(), *document);
    NewMembers members;
    members.channels = reader.root().requiredIntegers("channels", 0, shape.hidden - 1);
    for (const std::int64_t block : reader.root().requiredIntegers("blocks", 0, shape.layers - 1))
        members.blocks.push_back(static_cast<int>(block));
    for (ObjectReader* const inside : reader.root().requiredObjects("inside")) {
        const std::int64_t block = inside->requiredInteger("block", 0, blocksOf(shape) - 1);
        const std::int64_t units = lengthOf(mlpAxisOf(shape, block), shape);
        members.inside.push_back({.block = static_cast<int>(block),
            .heads = inside->requiredIntegers("heads", 0, shape.heads - 1),
            .units = inside->requiredIntegers("units", 0, units - 1)});
    }
    if (const Status read = reader.finish(); !read)
        return read.error();
    return members;
}

} // namespace espalier
