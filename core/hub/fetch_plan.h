// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What to fetch from a repository: decided from its list of files alone, without a network.
//
// Wanted are config.json, the weights in the best form there is (model.safetensors, its shards,
// pytorch_model.bin, its shards), and the tokenizer's and processor's files. Everything else stays
// where it is: code, other frameworks' weights, folders. Names in a listing are a stranger's; only
// plain file names known here, or named by the index of shards, are ever asked for or written.

#include "core/base/result.h"
#include "core/formats/shard_index.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

struct HubFile
{
    std::string name;
    std::optional<std::int64_t> bytes; ///< if the listing says
};

/// A repository at one commit.
struct HubListing
{
    std::string commit;
    std::vector<HubFile> files;
};

/// The answer to GET /api/models/ORG/NAME/revision/REVISION?blobs=true.
/// Errors: Refused, naming `where`.
[[nodiscard]] Result<HubListing> readHubListing(std::string_view json, std::string_view where);

struct FetchPlan
{
    std::vector<HubFile> files; ///< in the order in which they are to be fetched
    std::optional<std::string> index; ///< the one of them that names the shards
};

/// With an index of shards among the files, the shards are those that are named as usual
/// (model-00001-of-00003.safetensors); withShards() replaces that guess.
/// Errors: Refused if there is no config.json or there are no weights that we read, naming what is
/// there instead.
[[nodiscard]] Result<FetchPlan> planFetch(const HubListing& listing, std::string_view where);

/// The plan with exactly the shards that the index names. Errors: Refused, naming a shard that the
/// repository does not have.
[[nodiscard]] Result<FetchPlan> withShards(
    FetchPlan plan, const HubListing& listing, const ShardIndex& index, std::string_view where);

/// Bytes of all files, as far as the listing says.
[[nodiscard]] std::int64_t bytesOf(const FetchPlan& plan);

} // namespace espalier
