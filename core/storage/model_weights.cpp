// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/model_weights.h"

#include "core/formats/shard_index.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_file.h"
#include "core/storage/safetensors_file.h"
#include "core/storage/torch_file.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>

namespace espalier {

namespace {

namespace fs = std::filesystem;
using Tensors = std::vector<StoredTensor>;

constexpr std::uintmax_t kMaxIndexBytes = std::uintmax_t{64} << 20;

Result<Tensors> openTorch(const fs::path& path)
{
    Result<TorchFile> opened = TorchFile::open(path);
    if (!opened)
        return opened.error();
    const auto file = std::make_shared<const TorchFile>(*std::move(opened));
    Tensors tensors;
    for (const TorchFile::Tensor& tensor : file->tensors())
        tensors.push_back({.name = tensor.pickled.name,
            .dtype = std::string(safetensorsName(tensor.pickled.dtype)),
            .sizes = tensor.pickled.sizes,
            .byteCount = tensor.sizeBytes,
            .file = path.string(),
            .fileState = file->state(),
            .read = [file, &tensor](std::int64_t begin, std::span<std::byte> target) {
                return file->read(tensor, begin, target);
            }});
    return tensors;
}

using OpenFile = Result<Tensors> (*)(const fs::path&);

Result<Tensors> openNamed(const fs::path& folder, const std::string& name, OpenFile open)
{
    const Result<fs::path> file = resolveModelFile(folder, name);
    if (!file)
        return file.error();
    Result<Tensors> tensors = open(*file);
    if (tensors) // the name that people know, not the blob that it links to
        for (StoredTensor& tensor : *tensors)
            tensor.file = (folder / name).string();
    return tensors;
}

Result<ShardIndex> readIndex(const fs::path& folder, const std::string& name)
{
    const Result<fs::path> file = resolveModelFile(folder, name);
    if (!file)
        return file.error();
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(*file, kMaxIndexBytes);
    if (!bytes)
        return bytes.error();
    return readShardIndex(std::string(bytes->begin(), bytes->end()), (folder / name).string());
}

Result<Tensors> openShards(const fs::path& folder, const std::string& indexName, OpenFile open)
{
    const Result<ShardIndex> index = readIndex(folder, indexName);
    if (!index)
        return index.error();
    Tensors all;
    std::vector<OpenShard> shards;
    for (const std::string& name : index->shards) {
        std::error_code failed;
        if (!fs::exists(folder / name, failed))
            continue; // checkShards says what it held
        Result<Tensors> tensors = openNamed(folder, name, open);
        if (!tensors)
            return tensors.error();
        OpenShard& shard = shards.emplace_back(OpenShard{.fileName = name, .tensors = {}});
        for (const StoredTensor& tensor : *tensors)
            shard.tensors.insert(tensor.name);
        std::move(tensors->begin(), tensors->end(), std::back_inserter(all));
    }
    if (const Status fits = checkShards(*index, shards, (folder / indexName).string()); !fits)
        return fits.error();
    return all;
}

struct Kind
{
    const char* name;
    bool isIndex;
    OpenFile open;
};
constexpr Kind kKinds[] = {
    {"model.safetensors", false, openSafetensors},
    {"model.safetensors.index.json", true, openSafetensors},
    {"pytorch_model.bin", false, openTorch},
    {"pytorch_model.bin.index.json", true, openTorch},
};

const Kind* kindIn(const fs::path& folder)
{
    const auto found = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& kind) {
        std::error_code failed;
        return fs::exists(fs::symlink_status(folder / kind.name, failed));
    });
    return found == std::end(kKinds) ? nullptr : &*found;
}

} // namespace

Result<Tensors> openSafetensors(const fs::path& path)
{
    Result<SafetensorsFile> opened = SafetensorsFile::open(path);
    if (!opened)
        return opened.error();
    const auto file = std::make_shared<const SafetensorsFile>(*std::move(opened));
    Tensors tensors;
    for (const TensorEntry& entry : file->header().tensors())
        tensors.push_back({.name = entry.name,
            .dtype = entry.dtypeText,
            .sizes = entry.shape,
            .byteCount = entry.sizeBytes(),
            .file = path.string(),
            .fileState = file->state(),
            .read = [file, &entry](std::int64_t begin, std::span<std::byte> target) {
                return file->read(entry, begin, target);
            }});
    return tensors;
}

bool holdsModelWeights(const fs::path& folder)
{
    return kindIn(folder) != nullptr;
}

Result<Tensors> openModelWeights(const fs::path& folder)
{
    const Kind* const kind = kindIn(folder);
    if (!kind)
        return refused(folder.string() + ": holds no weights, wanted model.safetensors");
    return kind->isIndex ? openShards(folder, kind->name, kind->open)
                         : openNamed(folder, kind->name, kind->open);
}

} // namespace espalier
