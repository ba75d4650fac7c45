// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Reading a large model for its hash takes longer than halving it, so the last hashes are kept:
//
//     weights-hashes.json     {"format": "espalier weights hashes 1",
//                              "hashes": [{"weights": KEY, "hash": HASH}, …]}   oldest first, at
//                              most 512
//
// The key is a SHA-256 over the configuration and the states of the files (core/storage/
// file_state.h), which change whenever somebody writes to them. The file may be deleted at any
// time.

#include "core/engine/model_impl.h"

#include <filesystem>
#include <optional>
#include <string>

namespace espalier {

/// hashWeights() of a model, or what it gave for these files before. A model that lies in no files,
/// or in files that have changed within the last two seconds, is hashed anew. `cache`: the folder
/// of weights-hashes.json, nothing to keep no hashes. A file that holds anything else counts as
/// empty and is replaced; one that cannot be written is told to `progress`. Errors: those of
/// hashWeights.
[[nodiscard]] Result<std::string> rememberedHash(const Model::Impl& model,
    const std::optional<std::filesystem::path>& cache, const Progress& progress = {});

} // namespace espalier
