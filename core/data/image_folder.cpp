// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/load_images.h"
#include "core/data/sources.h"
#include "core/storage/image_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxImages = 20'000'000;

/// Names in a folder that `wanted` accepts, hidden ones left out, in byte order.
template <typename Wanted>
Result<std::vector<fs::path>> listFolder(const fs::path& folder, Wanted wanted)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const bool hidden = entry->path().filename().string().starts_with(".");
        if (!hidden && wanted(*entry))
            found.push_back(entry->path());
        if (found.size() > kMaxImages)
            return refused(fmt::format("{}: more than {} entries", folder.string(), kMaxImages));
    }
    if (error)
        return refused(fmt::format("{}: cannot be listed ({})", folder.string(), error.message()));
    std::sort(found.begin(), found.end());
    return found;
}

Result<std::vector<fs::path>> classFolders(const fs::path& folder)
{
    return listFolder(folder, [](const fs::directory_entry& entry) {
        std::error_code error;
        return entry.is_directory(error);
    });
}

Result<std::vector<fs::path>> imageFiles(const fs::path& folder)
{
    Result<std::vector<fs::path>> files = listFolder(folder, [](const fs::directory_entry& entry) {
        std::error_code error;
        return entry.is_regular_file(error) && isImageFileName(entry.path());
    });
    if (files && files->empty())
        return refused(
            fmt::format("{}: found no image, wanted JPEG or PNG files", folder.string()));
    return files;
}

/// Files of a folder of class folders; classes count from 0 in the order of `names`.
Result<std::vector<LabelledFile>> labelledFiles(
    const fs::path& folder, const std::vector<std::string>& names)
{
    std::vector<LabelledFile> all;
    for (std::size_t label = 0; label < names.size(); ++label) {
        const Result<std::vector<fs::path>> files = imageFiles(folder / names[label]);
        if (!files)
            return files.error();
        for (const fs::path& file : *files)
            all.push_back({file, static_cast<std::int32_t>(label)});
    }
    return all;
}

std::vector<std::string> namesOf(const std::vector<fs::path>& folders)
{
    std::vector<std::string> names(folders.size());
    std::transform(folders.begin(), folders.end(), names.begin(),
        [](const fs::path& folder) { return folder.filename().string(); });
    return names;
}

struct FolderParts
{
    std::vector<LabelledFile> train;
    std::vector<LabelledFile> validation;
    std::int64_t classes = 0;
};

Result<FolderParts> givenParts(const fs::path& train, const fs::path& test)
{
    const Result<std::vector<fs::path>> trainFolders = classFolders(train);
    if (!trainFolders)
        return trainFolders.error();
    const Result<std::vector<fs::path>> testFolders = classFolders(test);
    if (!testFolders)
        return testFolders.error();
    const std::vector<std::string> names = namesOf(*trainFolders);
    if (names != namesOf(*testFolders))
        return refused(
            fmt::format("{}: found other class folders than in {}", test.string(), train.string()));
    Result<std::vector<LabelledFile>> trainFiles = labelledFiles(train, names);
    if (!trainFiles)
        return trainFiles.error();
    Result<std::vector<LabelledFile>> testFiles = labelledFiles(test, names);
    if (!testFiles)
        return testFiles.error();
    return FolderParts{
        std::move(*trainFiles), std::move(*testFiles), static_cast<std::int64_t>(names.size())};
}

Result<FolderParts> cutParts(const fs::path& folder, std::int64_t every)
{
    const Result<std::vector<fs::path>> folders = classFolders(folder);
    if (!folders)
        return folders.error();
    const Result<std::vector<LabelledFile>> files = labelledFiles(folder, namesOf(*folders));
    if (!files)
        return files.error();
    FolderParts parts;
    parts.classes = static_cast<std::int64_t>(folders->size());
    for (std::size_t i = 0; i < files->size(); ++i) {
        const bool validation = static_cast<std::int64_t>(i) % every == every - 1;
        (validation ? parts.validation : parts.train).push_back((*files)[i]);
    }
    return parts;
}

} // namespace

bool isFolder(std::string_view source)
{
    std::error_code error;
    return fs::is_directory(fs::path(source), error);
}

Result<Dataset> openImageFolder(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress)
{
    const Result<std::int64_t> every = validationEvery(spec);
    if (!every)
        return every.error();
    const fs::path folder = spec.source;
    std::error_code error;
    fs::path test = folder / "test";
    if (!fs::is_directory(test, error))
        test = folder / "val";
    const bool given = fs::is_directory(folder / "train", error) && fs::is_directory(test, error);
    const Result<FolderParts> parts =
        given ? givenParts(folder / "train", test) : cutParts(folder, *every);
    if (!parts)
        return parts.error();
    if (parts->classes == 0)
        return refused(fmt::format(
            "{}: found no class folders, wanted one folder of images per class", spec.source));
    if (const Status fits = checkImageModel(config, parts->classes, spec.source); !fits)
        return fits.error();
    const auto train = loadImages(parts->train, config.shape, progress);
    if (!train)
        return train.error();
    const auto validation = loadImages(parts->validation, config.shape, progress);
    if (!validation)
        return validation.error();
    return imageDataset(folder.filename().string(), *train, *validation, config);
}

} // namespace espalier
