// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// model.safetensors.index.json or pytorch_model.bin.index.json: which of a checkpoint's files holds
// which tensor.
//
//     {"metadata": {"total_size": 548105171}, "weight_map": {"wte.weight":
//     "model-00001-of-00002.safetensors", …}}
//
// The index and the files travel separately and go out of step, so both are checked against each
// other.

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

struct ShardIndex
{
    std::map<std::string, std::string> shardOf; ///< file name by tensor name
    std::vector<std::string> shards; ///< every file named, once, in byte order
    std::optional<std::int64_t> totalSizeBytes; ///< as claimed; often stale, so for display only
};

/// Plain names of files in the same folder pass: no separators, no drive letters, no control
/// characters, not "." or "..". (Where a link of that name leads is checked when it is opened:
/// core/storage/model_file.h.)
[[nodiscard]] bool isPlainFileName(std::string_view name);

/// Errors: Refused, naming file, tensor, found and wanted. Shard names are a stranger's text: plain
/// file names only.
[[nodiscard]] Result<ShardIndex> readShardIndex(std::string_view text, std::string_view where);

/// A shard that could be opened.
struct OpenShard
{
    std::string fileName;
    std::set<std::string, std::less<>> tensors; ///< names of those it holds
};

/// Checks both ways: every tensor of the index is in its shard, every tensor of a shard is in the
/// index under that shard. Errors: Refused with one of explainMissingTensor's diagnoses, or naming
/// the tensor that the index does not list.
[[nodiscard]] Status checkShards(
    const ShardIndex& index, std::span<const OpenShard> shards, std::string_view where);

/// Why a tensor cannot be had from a sharded checkpoint, as one line with what to do about it:
/// it was never in this checkpoint (with the nearest name that is), its shard is absent, or its
/// shard is there but is not the file that the index describes. Only for tensors that are indeed
/// missing.
[[nodiscard]] Error explainMissingTensor(const ShardIndex& index, std::span<const OpenShard> shards,
    std::string_view tensor, std::string_view where);

} // namespace espalier
