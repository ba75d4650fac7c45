// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/idx.h"
#include "core/data/packed_images.h"
#include "core/data/sources.h"
#include "core/storage/gzip_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{4} << 30;
constexpr std::int64_t kMaxSide = 1024;

/// The folder's file of this name, plain or packed, as published or with a dot before idx.
std::optional<fs::path> fileNamed(const fs::path& folder, const std::string& what, int dimensions)
{
    std::error_code error;
    for (const char* between : {"-", "."})
        for (const char* after : {"", ".gz"}) {
            const fs::path file =
                folder / fmt::format("{}{}idx{}-ubyte{}", what, between, dimensions, after);
            if (fs::is_regular_file(file, error))
                return file;
        }
    return std::nullopt;
}

struct Files
{
    fs::path images;
    fs::path labels;
};

std::optional<Files> filesOf(const fs::path& folder, const std::string& part)
{
    const auto images = fileNamed(folder, part + "-images", 3);
    const auto labels = fileNamed(folder, part + "-labels", 1);
    return images && labels ? std::optional(Files{*images, *labels}) : std::nullopt;
}

Result<std::vector<std::uint8_t>> labelsIn(const fs::path& file)
{
    const Result<std::vector<std::uint8_t>> bytes = readPlainOrGzipFile(file, kMaxFileBytes);
    if (!bytes)
        return bytes.error();
    const Result<IdxBytes> idx = readIdx(*bytes, 1, file.string());
    if (!idx)
        return idx.error();
    return std::vector<std::uint8_t>(idx->values.begin(), idx->values.end());
}

Status readImages(
    const Files& files, const std::vector<std::uint8_t>& labels, const ImageSink& sink)
{
    const std::string where = files.images.string();
    const Result<std::vector<std::uint8_t>> bytes =
        readPlainOrGzipFile(files.images, kMaxFileBytes);
    if (!bytes)
        return bytes.error();
    const Result<IdxBytes> idx = readIdx(*bytes, 3, where);
    if (!idx)
        return idx.error();
    const std::int64_t height = idx->sizes[1];
    const std::int64_t width = idx->sizes[2];
    if (height < 1 || width < 1 || height > kMaxSide || width > kMaxSide)
        return refused(fmt::format("{}: images of {} x {} pixels, wanted 1 to {} per side", where,
            width, height, kMaxSide));
    if (static_cast<std::size_t>(idx->sizes[0]) != labels.size())
        return refused(fmt::format("{}: found {} images, wanted {} (the labels in {})", where,
            idx->sizes[0], labels.size(), files.labels.filename().string()));
    const auto area = static_cast<std::size_t>(height * width);
    for (std::size_t i = 0; i < labels.size(); ++i)
        sink(imageFromPlanes(idx->values.subspan(i * area, area), 1, height, width), labels[i]);
    return {};
}

} // namespace

bool isMnist(std::string_view source)
{
    return filesOf(fs::path(source), "train").has_value();
}

Result<Dataset> openMnist(const DataRequest& request, const Progress& progress)
{
    const DataSpec& spec = request.spec;
    const fs::path folder = spec.source;
    const Files train = filesOf(folder, "train").value_or(Files{});
    const std::optional<Files> test = filesOf(folder, "t10k");
    const Result<std::vector<std::uint8_t>> labels = labelsIn(train.labels);
    if (!labels)
        return labels.error();
    const std::int64_t classes =
        labels->empty() ? 0 : 1 + *std::max_element(labels->begin(), labels->end());
    const auto read = [&](Part part, const ImageSink& sink) -> Status {
        if (part == Part::Train)
            return readImages(train, *labels, sink);
        const Result<std::vector<std::uint8_t>> testLabels = labelsIn(test->labels);
        if (!testLabels)
            return testLabels.error();
        const auto wrong = std::find_if(testLabels->begin(), testLabels->end(),
            [&](std::uint8_t label) { return label >= classes; });
        if (wrong != testLabels->end())
            return refused(fmt::format("{}: class {}, wanted 0 to {} (as in {})",
                test->labels.string(), *wrong, classes - 1, train.labels.filename().string()));
        return readImages(*test, *testLabels, sink);
    };
    return openPackedImages({.name = nameOfSource(spec),
                                .classes = classes,
                                .givesTest = test.has_value(),
                                .read = read},
        request, progress);
}

} // namespace espalier
