// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cifar_records.h"
#include "core/data/dataset_impl.h"
#include "core/data/packed_images.h"
#include "core/data/sources.h"
#include "core/storage/file_bytes.h"

#include <fmt/format.h>

#include <filesystem>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{4} << 30;

bool isFile(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool isBinaryFile(const fs::path& path)
{
    return path.extension() == ".bin" && isFile(path);
}

/// A file of whole CIFAR-100 records that are not whole CIFAR-10 records too.
bool holdsCifar100(const fs::path& file)
{
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    return !error && size % kCifar100Fine.recordBytes() == 0 && size % kCifar10.recordBytes() != 0;
}

Status readFiles(
    const std::vector<fs::path>& files, const CifarLayout& layout, const ImageSink& sink)
{
    for (const fs::path& file : files) {
        const Result<std::vector<std::uint8_t>> bytes = readFileBytes(file, kMaxFileBytes);
        if (!bytes)
            return bytes.error();
        if (const Status read = readCifarRecords(*bytes, file.string(), layout, sink); !read)
            return read;
    }
    return {};
}

std::vector<fs::path> trainingBatches(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (int batch = 1; isFile(folder / fmt::format("data_batch_{}.bin", batch)); ++batch)
        files.push_back(folder / fmt::format("data_batch_{}.bin", batch));
    return files;
}

Result<Dataset> openFiles(const std::vector<fs::path>& train, const fs::path& test,
    const CifarLayout& layout, const DataRequest& request, const Progress& progress)
{
    const PackedImages images{.name = nameOfSource(request.spec),
        .classes = layout.classes,
        .givesTest = !test.empty(),
        .read = [&](Part part, const ImageSink& sink) {
            return readFiles(part == Part::Train ? train : std::vector{test}, layout, sink);
        }};
    return openPackedImages(images, request, progress);
}

} // namespace

bool isCifar10(std::string_view source)
{
    const fs::path path = source;
    return isBinaryFile(path) || isFile(path / "data_batch_1.bin");
}

Result<Dataset> openCifar10(const DataRequest& request, const Progress& progress)
{
    const fs::path path = request.spec.source;
    return isFile(path)
        ? openFiles({path}, {}, kCifar10, request, progress)
        : openFiles(trainingBatches(path), path / "test_batch.bin", kCifar10, request, progress);
}

bool isCifar100(std::string_view source)
{
    const fs::path path = source;
    return (isBinaryFile(path) && holdsCifar100(path))
        || (isFile(path / "train.bin") && isFile(path / "test.bin"));
}

Result<Dataset> openCifar100(const DataRequest& request, const Progress& progress)
{
    const fs::path path = request.spec.source;
    const CifarLayout layout =
        request.config.shape.classes == kCifar100Coarse.classes ? kCifar100Coarse : kCifar100Fine;
    return isFile(path)
        ? openFiles({path}, {}, layout, request, progress)
        : openFiles({path / "train.bin"}, path / "test.bin", layout, request, progress);
}

} // namespace espalier
