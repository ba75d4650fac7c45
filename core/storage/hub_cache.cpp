// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/hub_cache.h"

#include "core/formats/shard_index.h"
#include "core/formats/strict_json.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <system_error>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModels = "models--";
constexpr std::string_view kSeparator = "--";
constexpr std::uintmax_t kMaxRefBytes = 256;
constexpr std::uintmax_t kMaxConfigBytes = std::uintmax_t{16} << 20;
constexpr std::string_view kWeightFiles[] = {"model.safetensors", "model.safetensors.index.json",
    "pytorch_model.bin", "pytorch_model.bin.index.json"};

fs::path withHome(const std::string& text, const HubEnvironment& environment)
{
    if (text != "~" && !text.starts_with("~/"))
        return text;
    return fs::path(environment("HOME").value_or("/"))
        / text.substr(std::min<std::size_t>(2, text.size()));
}

std::optional<std::string> smallText(const fs::path& file, std::uintmax_t maxBytes)
{
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(file, maxBytes);
    return bytes ? std::optional(std::string(bytes->begin(), bytes->end())) : std::nullopt;
}

std::optional<std::string> commitOf(const fs::path& repositoryFolder, std::string_view revision)
{
    const fs::path file = (repositoryFolder / "refs" / revision).lexically_normal();
    const fs::path inside = file.lexically_relative(repositoryFolder / "refs");
    std::error_code failed;
    if (inside.empty() || *inside.begin() == ".." || !fs::is_regular_file(file, failed))
        return std::nullopt;
    std::optional<std::string> commit = smallText(file, kMaxRefBytes);
    if (commit)
        commit->erase(commit->find_last_not_of(" \r\n") + 1);
    return commit;
}

std::vector<fs::path> foldersIn(const fs::path& parent)
{
    std::vector<fs::path> folders;
    std::error_code failed;
    for (auto entry = fs::directory_iterator(parent, failed);
         !failed && entry != fs::directory_iterator(); entry.increment(failed))
        if (entry->is_directory(failed))
            folders.push_back(entry->path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::string modelTypeIn(const fs::path& snapshot)
{
    const Result<fs::path> file = resolveModelFile(snapshot, "config.json");
    const auto text = file ? smallText(*file, kMaxConfigBytes) : std::nullopt;
    if (!text)
        return {};
    const auto json = parseStrictJson(*text, file->string());
    if (!json || !json->is_object() || !json->contains("model_type"))
        return {};
    const nlohmann::json& type = (*json)["model_type"];
    return type.is_string() ? type.get<std::string>() : std::string();
}

std::int64_t bytesBelow(const fs::path& snapshot)
{
    std::uintmax_t bytes = 0;
    std::error_code failed;
    for (auto entry = fs::directory_iterator(snapshot, failed);
         !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
        std::error_code unknown;
        const std::uintmax_t size = entry->is_regular_file(unknown) ? entry->file_size(unknown) : 0;
        bytes += unknown ? 0 : size;
    }
    return static_cast<std::int64_t>(bytes);
}

std::int64_t lastWrite(const fs::path& folder)
{
    std::error_code failed;
    const fs::file_time_type time = fs::last_write_time(folder, failed);
    if (failed)
        return 0;
    return std::chrono::duration_cast<std::chrono::seconds>(
        fs::file_time_type::clock::to_sys(time).time_since_epoch())
        .count();
}

bool isModelFolder(const fs::path& folder)
{
    std::error_code failed;
    return fs::exists(folder / "config.json", failed)
        && std::any_of(std::begin(kWeightFiles), std::end(kWeightFiles),
            [&](std::string_view name) { return fs::exists(folder / name, failed); });
}

} // namespace

std::optional<std::string> hubEnvironment(const char* name)
{
    const char* const value = std::getenv(name);
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

fs::path hubHome(const HubEnvironment& environment)
{
    if (const auto home = environment("HF_HOME"))
        return withHome(*home, environment);
    return withHome(environment("XDG_CACHE_HOME").value_or("~/.cache"), environment)
        / "huggingface";
}

fs::path hubCacheRoot(const HubEnvironment& environment)
{
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
        if (const auto cache = environment(name))
            return withHome(*cache, environment);
    return hubHome(environment) / "hub";
}

std::string hubFolderName(std::string_view repository)
{
    std::string name(kModels);
    for (const char c : repository)
        name += c == '/' ? std::string(kSeparator) : std::string(1, c);
    return name;
}

std::optional<std::string> hubRepositoryOf(std::string_view folderName)
{
    if (!folderName.starts_with(kModels) || folderName.size() == kModels.size())
        return std::nullopt;
    folderName.remove_prefix(kModels.size());
    const std::size_t at = folderName.find(kSeparator);
    std::string repository(folderName.substr(0, at));
    if (at != std::string_view::npos) {
        repository += '/';
        repository += folderName.substr(at + kSeparator.size());
    }
    return repository;
}

std::optional<fs::path> hubSnapshot(const fs::path& repositoryFolder, std::string_view revision)
{
    const std::string commit = commitOf(repositoryFolder, revision).value_or(std::string(revision));
    const fs::path snapshot = repositoryFolder / "snapshots" / commit;
    std::error_code failed;
    return isPlainFileName(commit) && fs::is_directory(snapshot, failed) ? std::optional(snapshot)
                                                                         : std::nullopt;
}

Result<fs::path> modelFolderOf(const fs::path& path)
{
    const fs::path whole = path.has_filename() ? path : path.parent_path();
    std::error_code failed;
    if (!hubRepositoryOf(whole.filename().string())
        || !fs::is_directory(whole / "snapshots", failed))
        return path;
    if (std::optional<fs::path> main = hubSnapshot(whole))
        return *std::move(main);
    const std::vector<fs::path> snapshots = foldersIn(whole / "snapshots");
    if (snapshots.size() == 1)
        return snapshots.front();
    return refused(
        fmt::format("{}: found {} snapshots and none of \"main\", wanted the path of one",
            path.string(), snapshots.size()));
}

std::vector<CachedModel> cachedModels(const fs::path& root)
{
    std::vector<CachedModel> models;
    for (const fs::path& folder : foldersIn(root)) {
        const std::optional<std::string> repository = hubRepositoryOf(folder.filename().string());
        if (!repository)
            continue;
        const Result<fs::path> snapshot = modelFolderOf(folder);
        if (snapshot && isModelFolder(*snapshot))
            models.push_back({.repository = *repository,
                .path = *snapshot,
                .modelType = modelTypeIn(*snapshot),
                .bytes = bytesBelow(*snapshot),
                .fetched = lastWrite(*snapshot)});
    }
    return models;
}

} // namespace espalier
