// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/load_images.h"
#include "core/data/parts.h"
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
        return refused(fmt::format("{}: found no image, wanted JPEG or PNG files, or folders of "
                                   "them, one per class",
            folder.string()));
    return files;
}

Status addFiles(const fs::path& folder, std::size_t label, std::vector<LabelledFile>& all)
{
    const Result<std::vector<fs::path>> files = imageFiles(folder);
    if (!files)
        return files.error();
    for (const fs::path& file : *files)
        all.push_back({file, static_cast<std::int32_t>(label)});
    return {};
}

/// Files of a folder of class folders; classes count from 0 in the order of `names`. Without any,
/// the folder's own files.
Result<std::vector<LabelledFile>> labelledFiles(
    const fs::path& folder, const std::vector<std::string>& names)
{
    std::vector<LabelledFile> all;
    if (names.empty())
        if (const Status added = addFiles(folder, 0, all); !added)
            return added.error();
    for (std::size_t label = 0; label < names.size(); ++label)
        if (const Status added = addFiles(folder / names[label], label, all); !added)
            return added.error();
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

/// Folders of a folder that gives its parts.
struct GivenFolders
{
    std::optional<fs::path> train;
    std::optional<fs::path> validation;
    std::optional<fs::path> test;

    [[nodiscard]] bool areGiven() const
    {
        return train && (validation || test);
    }
};

GivenFolders givenFolders(const std::vector<fs::path>& folders)
{
    GivenFolders given;
    for (const fs::path& folder : folders) {
        const std::optional<Part> part = partNamed(folder.filename().string());
        if (part)
            (*part == Part::Train               ? given.train
                    : *part == Part::Validation ? given.validation
                                                : given.test) = folder;
    }
    return given;
}

Result<std::vector<LabelledFile>> filesOfPart(
    const fs::path& folder, const fs::path& train, const std::vector<std::string>& names)
{
    const Result<std::vector<fs::path>> folders = classFolders(folder);
    if (!folders)
        return folders.error();
    if (names != namesOf(*folders))
        return refused(fmt::format(
            "{}: found other class folders than in {}", folder.string(), train.string()));
    return labelledFiles(folder, names);
}

Result<FolderParts> givenParts(const GivenFolders& given, const PartPlan& plan)
{
    const Result<std::vector<fs::path>> folders = classFolders(*given.train);
    if (!folders)
        return folders.error();
    const std::vector<std::string> names = namesOf(*folders);
    Result<std::vector<LabelledFile>> train = filesOfPart(*given.train, *given.train, names);
    if (!train)
        return train.error();
    const auto classes = static_cast<std::int64_t>(names.size());
    if (plan.heldOut == Part::Train)
        return FolderParts{*std::move(train), {}, classes};
    const fs::path& folder = plan.heldOut == Part::Test ? *given.test : *given.validation;
    Result<std::vector<LabelledFile>> heldOut = filesOfPart(folder, *given.train, names);
    if (!heldOut)
        return heldOut.error();
    return FolderParts{*std::move(train), *std::move(heldOut), classes};
}

Result<FolderParts> wholeFolder(const std::vector<fs::path>& folders, const fs::path& folder)
{
    Result<std::vector<LabelledFile>> files = labelledFiles(folder, namesOf(folders));
    if (!files)
        return files.error();
    return FolderParts{*std::move(files), {}, static_cast<std::int64_t>(folders.size())};
}

/// Moves every n-th image of the training part to the validation part.
void cut(FolderParts& parts, std::int64_t every)
{
    std::vector<LabelledFile> all = std::move(parts.train);
    parts.train.clear();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool validation = static_cast<std::int64_t>(i) % every == every - 1;
        (validation ? parts.validation : parts.train).push_back(std::move(all[i]));
    }
}

Result<FolderParts> partsOf(const DataSpec& spec, PartPlan& plan)
{
    const Result<std::int64_t> every = validationEvery(spec);
    if (!every)
        return every.error();
    const fs::path folder = spec.source;
    const Result<std::vector<fs::path>> folders = classFolders(folder);
    if (!folders)
        return folders.error();
    const GivenFolders given = givenFolders(*folders);
    const Result<PartPlan> planned =
        planParts(spec, given.areGiven() && given.validation, given.areGiven() && given.test);
    if (!planned)
        return planned.error();
    plan = *planned;
    Result<FolderParts> parts =
        given.areGiven() ? givenParts(given, plan) : wholeFolder(*folders, folder);
    if (parts && plan.cut)
        cut(*parts, *every);
    return parts;
}

} // namespace

bool isFolder(std::string_view source)
{
    std::error_code error;
    return fs::is_directory(fs::path(source), error);
}

Result<Dataset> openImageFolder(const DataRequest& request, const Progress& progress)
{
    const DataSpec& spec = request.spec;
    const ModelConfig& config = request.config;
    PartPlan plan;
    const Result<FolderParts> parts = partsOf(spec, plan);
    if (!parts)
        return parts.error();
    if (const Status fits = checkChannels(config.shape, spec.source); !fits)
        return fits.error();
    const ImageProcessor processor = processorOf(request);
    const auto train = loadImages(parts->train, processor, config.shape, spec.skipBroken, progress);
    if (!train)
        return train.error();
    const auto validation = plan.heldOutIsTrain
        ? train
        : loadImages(parts->validation, processor, config.shape, spec.skipBroken, progress);
    if (!validation)
        return validation.error();
    return imageDataset(nameOfSource(spec), request, parts->classes, {*train, *validation});
}

} // namespace espalier
