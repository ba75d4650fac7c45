// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/shard_index.h"

#include "core/base/nearest_name.h"
#include "core/base/untrusted_text.h"
#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace espalier {

namespace {

constexpr std::size_t kLongestFileName = 255;

const OpenShard* findShard(std::span<const OpenShard> shards, std::string_view fileName)
{
    const auto found = std::find_if(shards.begin(), shards.end(),
        [&](const OpenShard& shard) { return shard.fileName == fileName; });
    return found != shards.end() ? &*found : nullptr;
}

std::optional<std::int64_t> claimedSize(const nlohmann::json& metadata)
{
    const auto size = metadata.find("total_size");
    // Some writers give it as a float; it is for display only, so that is no reason to refuse the
    // model.
    if (size == metadata.end() || !size->is_number_unsigned()
        || !std::in_range<std::int64_t>(size->get<std::uint64_t>()))
        return std::nullopt;
    return size->get<std::int64_t>();
}

/// Tensors of one shard that the index does not put there.
Status checkShardIsIndexed(const ShardIndex& index, const OpenShard& shard, std::string_view where)
{
    for (const std::string& tensor : shard.tensors) {
        const auto listed = index.shardOf.find(tensor);
        if (listed == index.shardOf.end())
            return refused(fmt::format(
                "{}: does not list tensor {} of {}; index and files are of different versions, "
                "wanted both from one download",
                where, inQuotes(tensor), inQuotes(shard.fileName)));
        if (listed->second != shard.fileName)
            return refused(
                fmt::format("{}: puts tensor {} into {}, but {} holds it too; wanted it once",
                    where, inQuotes(tensor), inQuotes(listed->second), inQuotes(shard.fileName)));
    }
    return {};
}

} // namespace

bool isPlainFileName(std::string_view name)
{
    const auto isForbidden = [](char c) {
        return c == '/' || c == '\\' || c == ':' || static_cast<unsigned char>(c) < 0x20
            || c == 0x7F;
    };
    return !name.empty() && name.size() <= kLongestFileName && name != "." && name != ".."
        && std::none_of(name.begin(), name.end(), isForbidden);
}

Result<ShardIndex> readShardIndex(std::string_view text, std::string_view where)
{
    const auto document = parseStrictJson(text, where);
    if (!document)
        return document.error();
    JsonReader reader{std::string(where), *document};
    ShardIndex index;
    if (const nlohmann::json* metadata = reader.root().anything("metadata");
        metadata && metadata->is_object())
        index.totalSizeBytes = claimedSize(*metadata);
    ObjectReader& weightMap = reader.root().requiredObject("weight_map");
    std::set<std::string> shards;
    for (const std::string& tensor : weightMap.keys()) {
        std::string shard = weightMap.requiredString(tensor);
        if (!isPlainFileName(shard))
            weightMap.refuse(tensor, "the plain name of a file in the same folder");
        shards.insert(shard);
        index.shardOf.emplace(tensor, std::move(shard));
    }
    if (const Status read = reader.finish(); !read)
        return read.error();
    if (index.shardOf.empty())
        return refused(fmt::format("{}: weight_map is empty, wanted file names by tensor", where));
    index.shards.assign(shards.begin(), shards.end());
    return index;
}

Error explainMissingTensor(const ShardIndex& index, std::span<const OpenShard> shards,
    std::string_view tensor, std::string_view where)
{
    const auto listed = index.shardOf.find(std::string(tensor));
    if (listed == index.shardOf.end()) {
        std::vector<std::string> names;
        for (const auto& entry : index.shardOf)
            names.push_back(entry.first);
        const auto nearest = nearestName(tensor, names);
        return refused(
            fmt::format("{}: tensor {} was never in this checkpoint{}", where, inQuotes(tensor),
                nearest ? fmt::format("; the nearest name in it is {}", inQuotes(*nearest)) : ""));
    }
    if (!findShard(shards, listed->second))
        return refused(fmt::format(
            "{}: tensor {} is in {}, which is missing from the folder; download that file again",
            where, inQuotes(tensor), inQuotes(listed->second)));
    return refused(fmt::format(
        "{}: tensor {} should be in {}; that file is there but is not the one described, it "
        "belongs to another version; download index and files together",
        where, inQuotes(tensor), inQuotes(listed->second)));
}

Status checkShards(
    const ShardIndex& index, std::span<const OpenShard> shards, std::string_view where)
{
    for (const auto& [tensor, fileName] : index.shardOf) {
        const OpenShard* const shard = findShard(shards, fileName);
        if (!shard || !shard->tensors.contains(tensor))
            return explainMissingTensor(index, shards, tensor, where);
    }
    for (const OpenShard& shard : shards)
        if (Status indexed = checkShardIsIndexed(index, shard, where); !indexed)
            return indexed;
    return {};
}

} // namespace espalier
