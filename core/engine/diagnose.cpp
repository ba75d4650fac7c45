// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/diagnose.h"

#include "core/architectures/catalog.h"
#include "core/engine/guard.h"
#include "core/engine/model_files.h"
#include "core/hub/hub_name.h"
#include "core/hub/hub_settings.h"
#include "core/storage/hub_cache.h"
#include "core/storage/model_weights.h"

#include <algorithm>
#include <system_error>
#include <vector>

namespace espalier {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 1000; ///< that hints are looked for in

/// Names of the files, and of the folders that look like models.
void lookInto(const fs::path& folder, LoadAttempt& attempt)
{
    std::error_code failed;
    std::size_t looked = 0;
    for (auto entry = fs::directory_iterator(folder, failed);
         !failed && entry != fs::directory_iterator() && looked < kMostFiles;
         entry.increment(failed), ++looked) {
        std::error_code unknown;
        const std::string name = entry->path().filename().string();
        if (!entry->is_directory(unknown))
            attempt.files.push_back(name);
        else if (fs::exists(entry->path() / kConfigFile, unknown))
            attempt.modelFolders.push_back(name);
    }
    std::sort(attempt.files.begin(), attempt.files.end());
    std::sort(attempt.modelFolders.begin(), attempt.modelFolders.end());
}

Result<std::vector<StoredHeader>> headersIn(const fs::path& folder)
{
    return guarded([&]() -> Result<std::vector<StoredHeader>> {
        const Result<std::vector<StoredTensor>> stored = openModelWeights(folder);
        if (!stored)
            return stored.error();
        std::vector<StoredHeader> headers;
        for (const StoredTensor& tensor : *stored)
            headers.push_back({tensor.name, tensor.dtype, tensor.sizes});
        return headers;
    });
}

/// The folder that opening would read, if it is there.
std::optional<fs::path> folderOf(std::string_view model)
{
    std::error_code failed;
    if (!isHubName(model)) {
        const Result<fs::path> folder = modelFolderOf(model);
        return folder && fs::is_directory(*folder, failed) ? std::optional(*folder) : std::nullopt;
    }
    const Result<HubName> name = readHubName(model);
    const Result<HubSettings> settings = hubSettings();
    if (!name || !settings)
        return std::nullopt;
    return hubSnapshot(settings->cache / hubFolderName(name->repository), name->revision);
}

} // namespace

std::optional<LoadDiagnosis> diagnoseModel(std::string_view model, const Error& error)
{
    if (error.code != ErrorCode::Refused)
        return std::nullopt;
    const std::optional<fs::path> folder = folderOf(model);
    if (!folder)
        return std::nullopt;
    LoadAttempt attempt{.model = std::string(model), .problem = error.message};
    lookInto(*folder, attempt);
    if (Result<std::string> text = readConfigText(*folder)) {
        if (Result<ModelConfig> config = readModelConfig(*text, kConfigFile))
            attempt.config = *std::move(config);
        attempt.configText = *std::move(text);
    }
    if (Result<std::vector<StoredHeader>> headers = headersIn(*folder))
        attempt.tensors = *std::move(headers);
    return diagnose(attempt);
}

} // namespace espalier
