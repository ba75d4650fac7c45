// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/base/untrusted_text.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/tensor_list.h"
#include "core/formats/shard_index.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_file.h"
#include "core/storage/safetensors_file.h"
#include "core/tensors/fresh_parameters.h"
#include "core/tensors/load_parameters.h"

#include <fmt/format.h>

#include <system_error>

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxConfigBytes = std::uintmax_t{16} << 20;
constexpr std::uintmax_t kMaxIndexBytes = std::uintmax_t{64} << 20;
constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

using Files = std::vector<SafetensorsFile>;

bool isThere(const std::filesystem::path& path)
{
    std::error_code failed;
    return std::filesystem::exists(std::filesystem::symlink_status(path, failed));
}

Result<std::string> readText(
    const std::filesystem::path& folder, const char* name, std::uintmax_t maxBytes)
{
    const Result<std::filesystem::path> file = resolveModelFile(folder, name);
    if (!file)
        return file.error();
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(*file, maxBytes);
    if (!bytes)
        return bytes.error();
    return std::string(bytes->begin(), bytes->end());
}

Result<SafetensorsFile> openWeights(const std::filesystem::path& folder, const std::string& name)
{
    const Result<std::filesystem::path> file = resolveModelFile(folder, name);
    if (!file)
        return file.error();
    return SafetensorsFile::open(*file);
}

Result<Files> openShards(const std::filesystem::path& folder)
{
    const Result<std::string> text = readText(folder, kIndex, kMaxIndexBytes);
    if (!text)
        return text.error();
    const std::string where = (folder / kIndex).string();
    const Result<ShardIndex> index = readShardIndex(*text, where);
    if (!index)
        return index.error();
    Files files;
    for (const std::string& shard : index->shards) {
        Result<SafetensorsFile> file = openWeights(folder, shard);
        if (!file)
            return file.error();
        files.push_back(*std::move(file));
    }
    std::vector<OpenShard> open;
    for (std::size_t i = 0; i < files.size(); ++i)
        open.push_back({.fileName = index->shards[i], .header = &files[i].header()});
    if (const Status fits = checkShards(*index, open, where); !fits)
        return fits.error();
    return files;
}

Result<Files> openFiles(const std::filesystem::path& folder)
{
    if (!isThere(folder / kWeights))
        return openShards(folder);
    Result<SafetensorsFile> file = openWeights(folder, kWeights);
    if (!file)
        return file.error();
    Files files;
    files.push_back(*std::move(file));
    return files;
}

/// The files stay mapped as long as somebody holds `files`.
std::vector<StoredTensor> storedTensors(const Files& files)
{
    std::vector<StoredTensor> stored;
    for (const SafetensorsFile& file : files)
        for (const TensorEntry& tensor : file.header().tensors())
            stored.push_back({.name = tensor.name,
                .dtype = tensor.dtypeText,
                .sizes = tensor.shape,
                .bytes = file.bytes(tensor),
                .file = file.path().string()});
    return stored;
}

std::vector<TensorInfo> describe(
    const std::vector<StoredTensor>& stored, const TensorAssignment& assignment)
{
    std::vector<TensorInfo> tensors;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const std::optional<DiskTensor>& disk = assignment.byStored[i];
        tensors.push_back({.name = stored[i].name,
            .parameter = disk ? std::optional(disk->parameter) : std::nullopt,
            .dtype = stored[i].dtype,
            .sizes = stored[i].sizes,
            .bytes = static_cast<std::int64_t>(stored[i].bytes.size()),
            .file = std::filesystem::path(stored[i].file).filename().string()});
    }
    return tensors;
}

/// The first weight's type stands for all: files mix types rarely, and never on purpose.
Dtype storedTypeOf(const std::vector<TensorInfo>& tensors)
{
    for (const TensorInfo& tensor : tensors)
        if (tensor.parameter)
            return dtypeFromSafetensorsName(tensor.dtype).value_or(Dtype::F32);
    return Dtype::F32;
}

Status addFiles(Model::Impl& impl)
{
    Result<Files> opened = openFiles(impl.path);
    if (!opened)
        return opened.error();
    const auto files = std::make_shared<const Files>(*std::move(opened));
    const Result<TensorAssignment> assignment = assignTensors(impl.config, storedTensors(*files));
    if (!assignment)
        return assignment.error();
    impl.tensors = describe(storedTensors(*files), *assignment);
    impl.dtype = storedTypeOf(impl.tensors);
    impl.load = [files, config = impl.config](const Progress& progress) {
        return loadParameters(config, storedTensors(*files), progress);
    };
    return {};
}

void drawWeights(Model::Impl& impl, Seed seed)
{
    impl.fresh = true;
    impl.tensors = tensorsToBe(impl.config, Dtype::F32);
    impl.load = [config = impl.config, seed](const Progress&) -> Result<ParameterSet> {
        return freshParameters(config, seed);
    };
}

} // namespace

Result<Model> Model::open(const std::filesystem::path& folder, const Progress& progress, Seed seed)
{
    return guarded([&]() -> Result<Model> {
        if (!std::filesystem::is_directory(folder))
            return refused(fmt::format("{}: is not a folder, wanted one with {} and {}",
                inQuotes(folder.string()), kConfig, kWeights));
        progress(0, "opening model");
        const Result<std::string> text = readText(folder, kConfig, kMaxConfigBytes);
        if (!text)
            return text.error();
        Result<ModelConfig> config = readModelConfig(*text, (folder / kConfig).string());
        if (!config)
            return config.error();
        const auto impl = std::make_shared<Impl>();
        impl->config = *std::move(config);
        impl->path = folder;
        impl->data = std::make_shared<ModelData>(folder);
        if (isThere(folder / kWeights) || isThere(folder / kIndex)) {
            if (const Status added = addFiles(*impl); !added)
                return added.error();
            return Model(impl);
        }
        for (const char* other : {"pytorch_model.bin", "model.h5"})
            if (isThere(folder / other))
                return refused(
                    fmt::format("{}: found {}, wanted {}", folder.string(), other, kWeights));
        drawWeights(*impl, seed);
        return Model(impl);
    });
}

} // namespace espalier
