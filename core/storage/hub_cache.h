// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The folder in which Hugging Face's own tools keep what they fetched:
//
//     <root>/models--ORG--NAME/refs/<revision>                 holds a commit
//     <root>/models--ORG--NAME/snapshots/<commit>/config.json  -> ../../blobs/<hash>
//
// A snapshot is a model folder like any other; where its links may lead is model_file.h's to say.

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Value of an environment variable; nothing if unset or empty.
using HubEnvironment = std::function<std::optional<std::string>(const char* name)>;
/// This process's.
[[nodiscard]] std::optional<std::string> hubEnvironment(const char* name);

/// HF_HOME, else XDG_CACHE_HOME/huggingface, else ~/.cache/huggingface. A leading "~" is HOME.
[[nodiscard]] std::filesystem::path hubHome(const HubEnvironment& environment);
/// HF_HUB_CACHE, else hubHome()/hub. It need not exist.
[[nodiscard]] std::filesystem::path hubCacheRoot(const HubEnvironment& environment);

/// "models--ORG--NAME" for "ORG/NAME".
[[nodiscard]] std::string hubFolderName(std::string_view repository);
/// The inverse; nothing for other names.
[[nodiscard]] std::optional<std::string> hubRepositoryOf(std::string_view folderName);

/// The snapshot of a branch, tag or commit inside a models-- folder; nothing if there is none.
[[nodiscard]] std::optional<std::filesystem::path> hubSnapshot(
    const std::filesystem::path& repositoryFolder, std::string_view revision = "main");

/// The folder that a MODEL path means: a models-- folder stands for its snapshot of "main", else
/// for its only one; everything else stands for itself. Errors: Refused if there is no such
/// snapshot, or several and none of "main".
[[nodiscard]] Result<std::filesystem::path> modelFolderOf(const std::filesystem::path& path);

/// A model that lies in the cache, whole enough to have a config.json and a weight file.
struct CachedModel
{
    std::string repository; ///< "ORG/NAME"
    std::filesystem::path path; ///< of the snapshot
    std::string modelType; ///< config.json's "model_type", empty if it has none
    std::int64_t bytes = 0; ///< of all files, links followed
    std::int64_t fetched = 0; ///< when the snapshot's folder was last written, seconds since 1970
};
/// By repository; empty if there is no cache. Folders that cannot be read are left out.
[[nodiscard]] std::vector<CachedModel> cachedModels(const std::filesystem::path& root);

} // namespace espalier
