// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/export_weights.h"

#include "core/architectures/catalog.h"
#include "core/base/checked.h"
#include "core/storage/hdf5_file.h"
#include "core/storage/safetensors_file.h"
#include "core/storage/weights_file.h"
#include "core/tensors/load_parameters.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

/// fp32 and narrow values of one tensor, and both again when they are read back, the latter by way
/// of doubles.
constexpr std::int64_t kCopyBytesPerElement = 24;
/// Headers, names and the small files beside the weights.
constexpr std::int64_t kSpareDiskBytes = std::int64_t{4} << 20;

std::vector<DiskTensor> tensorsOf(const ModelConfig& config)
{
    return diskTensorsOf(architectureOf(config), config);
}

std::string datasetOf(const DiskTensor& disk)
{
    return "/tensors/" + disk.name;
}

/// Refused if a finite value becomes infinite.
Status checkFits(const ParameterSet& parameters, const DiskTensor& disk, Dtype dtype)
{
    const at::Tensor wide = toDiskLayout(parameters, disk, at::kFloat);
    const at::Tensor narrow = wide.to(scalarTypeOf(dtype)).to(at::kFloat);
    if (countNonFinite(narrow).infinite == countNonFinite(wide).infinite)
        return {};
    return refused(fmt::format("{}: holds values that {} cannot, wanted them stored as F32",
        disk.name, safetensorsName(dtype)));
}

Status checkFits(const ParameterSet& parameters, Dtype dtype, const Progress& progress)
{
    if (dtype == Dtype::F32)
        return {};
    for (const DiskTensor& disk : tensorsOf(parameters.config)) {
        if (progress.stopRequested())
            return cancelled();
        if (Status fits = checkFits(parameters, disk, dtype); !fits)
            return fits;
    }
    return {};
}

/// Of the same shape and type.
double differenceOf(const at::Tensor& read, const at::Tensor& inMemory)
{
    const std::span<const std::byte> a = bytesOf(read);
    const std::span<const std::byte> b = bytesOf(inMemory);
    if (std::equal(a.begin(), a.end(), b.begin(), b.end()))
        return 0;
    const double largest =
        (read.to(at::kDouble) - inMemory.to(at::kDouble)).abs().max().item<double>();
    return std::isnan(largest) ? std::numeric_limits<double>::infinity() : largest;
}

Result<at::Tensor> readTensor(const SafetensorsFile& file, const DiskTensor& disk, Dtype dtype)
{
    const TensorEntry* entry = file.header().find(disk.name);
    if (!entry || entry->shape != disk.sizes || entry->dtype != dtype)
        return refused(
            fmt::format("{}: {}: not as it was written", file.path().string(), disk.name));
    return tensorFromBytes(file.bytes(*entry), disk.sizes, dtype);
}

Result<at::Tensor> readTensor(
    const Hdf5File& file, const std::filesystem::path& path, const DiskTensor& disk)
{
    const std::int64_t elements = checkedProduct(disk.sizes).value_or(0);
    Result<Hdf5Array> array = file.readArray(datasetOf(disk), elements);
    if (!array)
        return array.error();
    if (array->sizes != disk.sizes)
        return refused(fmt::format("{}: {}: not as it was written", path.string(), disk.name));
    return at::from_blob(array->values.data(), disk.sizes, at::kDouble).to(at::kFloat);
}

/// `read(disk)` yields a tensor of the file.
template <typename Read>
Result<double> compareAll(
    const ParameterSet& parameters, Dtype dtype, const Progress& progress, const Read& read)
{
    const std::vector<DiskTensor> tensors = tensorsOf(parameters.config);
    double largest = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(i) / static_cast<double>(tensors.size()),
            fmt::format("reading back {}", tensors[i].name));
        const Result<at::Tensor> stored = read(tensors[i]);
        if (!stored)
            return stored.error();
        const at::Tensor wanted = toDiskLayout(parameters, tensors[i], scalarTypeOf(dtype));
        largest = std::max(largest, differenceOf(*stored, wanted));
    }
    return largest;
}

} // namespace

std::string_view weightsFileName(ExportFormat format)
{
    return format == ExportFormat::Hdf5 ? "model.h5" : "model.safetensors";
}

Need needOfWeights(const ModelConfig& config, Dtype dtype)
{
    std::int64_t all = 0;
    std::int64_t largest = 0;
    for (const DiskTensor& disk : tensorsOf(config)) {
        const std::int64_t elements = checkedProduct(disk.sizes).value_or(0);
        all += elements;
        largest = std::max(largest, elements);
    }
    return {.disk = all * bytesPerElement(dtype) + kSpareDiskBytes,
        .memory = largest * kCopyBytesPerElement};
}

Status writeWeights(const ParameterSet& parameters, ExportFormat format, Dtype dtype,
    const std::filesystem::path& folder, const Progress& progress)
{
    if (Status fits = checkFits(parameters, dtype, progress); !fits)
        return fits;
    const std::filesystem::path file = folder / weightsFileName(format);
    progress(0, "writing weights");
    return format == ExportFormat::Hdf5
        ? writeModelHdf5(file, parameters)
        : writeWeightsFile(file, parameters, scalarTypeOf(dtype), progress);
}

Result<double> largestDifference(const ParameterSet& parameters, ExportFormat format, Dtype dtype,
    const std::filesystem::path& folder, const Progress& progress)
{
    const std::filesystem::path path = folder / weightsFileName(format);
    if (format == ExportFormat::Hdf5) {
        const Result<Hdf5File> file = Hdf5File::open(path);
        if (!file)
            return file.error();
        return compareAll(parameters, Dtype::F32, progress,
            [&](const DiskTensor& disk) { return readTensor(*file, path, disk); });
    }
    const Result<SafetensorsFile> file = SafetensorsFile::open(path);
    if (!file)
        return file.error();
    return compareAll(parameters, dtype, progress,
        [&](const DiskTensor& disk) { return readTensor(*file, disk, dtype); });
}

} // namespace espalier
