// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/export_weights.h"

#include "core/architectures/catalog.h"
#include "core/base/checked.h"
#include "core/base/progress_within.h"
#include "core/formats/strict_json.h"
#include "core/storage/atomic_file.h"
#include "core/storage/model_weights.h"
#include "core/storage/tensor_source.h"
#include "core/storage/weights_file.h"
#include "core/tensors/block_cache.h"
#include "core/tensors/parallel.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace espalier {

namespace {

/// A tensor as fp32 and in its written type, and the one before, which is on its way to the disk.
constexpr std::int64_t kCopyBytesPerElement = 12;
/// Rows of the parent and buffers.
constexpr std::int64_t kSpareMemoryBytes = std::int64_t{64} << 20;
/// Headers, names and the small files beside the weights.
constexpr std::int64_t kSpareDiskBytes = std::int64_t{4} << 20;
constexpr std::int64_t kPieceElements = std::int64_t{1} << 20;
constexpr std::int64_t kPieceBytes = std::int64_t{1} << 20;

std::vector<DiskTensor> tensorsOf(const ModelConfig& config)
{
    return diskTensorsOf(architectureOf(config), config);
}

std::int64_t elementsOf(const DiskTensor& disk)
{
    return checkedProduct(disk.sizes).value_or(0);
}

std::int64_t allElements(const ModelConfig& config)
{
    std::int64_t all = 0;
    for (const DiskTensor& disk : tensorsOf(config))
        all += elementsOf(disk);
    return all;
}

class Digest
{
public:
    void add(std::span<const std::byte> bytes)
    {
        XXH3_64bits_update(m_state.get(), bytes.data(), bytes.size());
    }
    [[nodiscard]] std::uint64_t value() const
    {
        return XXH3_64bits_digest(m_state.get());
    }

    Digest()
        : m_state(XXH3_createState(), &XXH3_freeState)
    {
        ESPALIER_EXPECT(m_state && XXH3_64bits_reset(m_state.get()) == XXH_OK, "a state resets");
    }

private:
    std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> m_state;
};

/// Both of one size; piece by piece, so that it costs no memory.
std::int64_t infinitiesIn(const at::Tensor& values)
{
    const at::Tensor flat = values.view({-1});
    std::int64_t count = 0;
    for (std::int64_t begin = 0; begin < flat.numel(); begin += kPieceElements)
        count += countNonFinite(
            flat.narrow(0, begin, std::min(kPieceElements, flat.numel() - begin)).to(at::kFloat))
                     .infinite;
    return count;
}

Result<at::Tensor> inType(const at::Tensor& wide, const DiskTensor& disk, Dtype dtype)
{
    if (dtype == Dtype::F32)
        return wide;
    at::Tensor narrow = wide.to(scalarTypeOf(dtype));
    if (infinitiesIn(narrow) == infinitiesIn(wide))
        return narrow;
    return refused(fmt::format("{}: holds values that {} cannot, wanted them stored as F32",
        disk.name, safetensorsName(dtype)));
}

using Shard = std::vector<DiskTensor>;

std::vector<Shard> shardsOf(const ModelConfig& config, Dtype dtype, std::int64_t maxBytes)
{
    std::vector<Shard> shards(1);
    std::int64_t bytes = 0;
    for (const DiskTensor& disk : tensorsOf(config)) {
        const std::int64_t size = elementsOf(disk) * bytesPerElement(dtype);
        if (!shards.back().empty() && size > maxBytes - bytes) {
            shards.emplace_back();
            bytes = 0;
        }
        shards.back().push_back(disk);
        bytes += size;
    }
    return shards;
}

std::string shardName(std::size_t shard, std::size_t count)
{
    return count == 1 ? "model.safetensors"
                      : fmt::format("model-{:05}-of-{:05}.safetensors", shard + 1, count);
}

Status writeIndex(
    const std::vector<Shard>& shards, Dtype dtype, const std::filesystem::path& folder)
{
    nlohmann::ordered_json weightMap = nlohmann::ordered_json::object();
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < shards.size(); ++i)
        for (const DiskTensor& disk : shards[i]) {
            weightMap[disk.name] = shardName(i, shards.size());
            bytes += elementsOf(disk) * bytesPerElement(dtype);
        }
    return writeFileAtomically(folder / "model.safetensors.index.json",
        writeJson(nlohmann::ordered_json{
            {"metadata", {{"total_size", bytes}}}, {"weight_map", weightMap}}));
}

/// One call's inputs.
struct Writing
{
    const Model::Impl& model;
    Dtype dtype;
    WrittenTensors written = {};

    Result<SourceBytes> bytes(const DiskTensor& disk)
    {
        const Result<at::Tensor> wide = model.diskTensor(disk);
        if (!wide)
            return wide.error();
        const Result<at::Tensor> values = inType(*wide, disk, dtype);
        if (!values)
            return values.error();
        SourceBytes source = sourceBytesOf(*values);
        Digest digest;
        digest.add(source.bytes);
        written[disk.name] = digest.value();
        return source;
    }
};

Status writeShard(Writing& writing, const Shard& shard, const std::filesystem::path& file,
    const Progress& progress)
{
    std::vector<TensorSource> sources;
    for (const DiskTensor& disk : shard)
        sources.push_back({.spec = {.name = disk.name, .dtype = writing.dtype, .shape = disk.sizes},
            .bytes = [&writing, &disk] {
                return writing.bytes(disk);
            }});
    return writeSafetensors(
        file, sources, {{"format", "pt"}}, progress, AtomicFile::Lasting::WithFolder);
}

Result<std::uint64_t> digestOf(const StoredTensor& tensor)
{
    std::vector<std::byte> room(static_cast<std::size_t>(std::min(kPieceBytes, tensor.byteCount)));
    Digest digest;
    for (std::int64_t begin = 0; begin < tensor.byteCount; begin += kPieceBytes) {
        const auto piece = std::span(room).first(
            static_cast<std::size_t>(std::min(kPieceBytes, tensor.byteCount - begin)));
        if (const Status read = tensor.read(begin, piece); !read)
            return read.error();
        digest.add(piece);
    }
    return digest.value();
}

Status checkTensor(const StoredTensor& tensor, const WrittenTensors& written)
{
    const Result<std::uint64_t> digest = digestOf(tensor);
    if (!digest)
        return digest.error();
    const auto wanted = written.find(tensor.name);
    if (wanted != written.end() && wanted->second == *digest)
        return {};
    return outOfResource(
        fmt::format("{}: {}: what was written reads back different", tensor.file, tensor.name));
}

} // namespace

Need needOfSafetensors(const Model::Impl& model, Dtype dtype)
{
    std::int64_t largest = 0;
    for (const DiskTensor& disk : tensorsOf(model.config))
        largest = std::max(largest, elementsOf(disk));
    return {.disk = allElements(model.config) * bytesPerElement(dtype) + kSpareDiskBytes,
        .memory = largest * kCopyBytesPerElement + kSpareMemoryBytes};
}

Need needOfHdf5(const Model::Impl& model)
{
    const std::int64_t bytes = allElements(model.config) * bytesPerElement(Dtype::F32);
    return {.disk = bytes + kSpareDiskBytes, .memory = 2 * bytes + kSpareMemoryBytes};
}

Result<WrittenTensors> writeSafetensorsModel(const Model::Impl& model, Dtype dtype,
    std::int64_t maxShardBytes, const std::filesystem::path& folder, const Progress& progress)
{
    const BlockCacheHold memory; // most tensors are as large as others
    Writing writing{.model = model, .dtype = dtype};
    const std::vector<Shard> shards = shardsOf(model.config, dtype, maxShardBytes);
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const double share = 1.0 / static_cast<double>(shards.size());
        const double begin = static_cast<double>(i) * share;
        const Progress part = within(progress, begin, begin + share);
        if (const Status done =
                writeShard(writing, shards[i], folder / shardName(i, shards.size()), part);
            !done)
            return done.error();
    }
    if (shards.size() > 1)
        if (const Status done = writeIndex(shards, dtype, folder); !done)
            return done.error();
    return std::move(writing.written);
}

Status checkSafetensorsModel(
    const WrittenTensors& written, const std::filesystem::path& folder, const Progress& progress)
{
    const Result<std::vector<StoredTensor>> tensors = openModelWeights(folder);
    if (!tensors)
        return tensors.error();
    std::vector<Status> found(tensors->size());
    inTurns(tensors->size(), [&](std::size_t i, bool reports) {
        const StoredTensor& tensor = (*tensors)[i];
        if (reports)
            progress(static_cast<double>(i) / static_cast<double>(tensors->size()),
                fmt::format("reading back {}", tensor.name));
        found[i] = progress.stopRequested() ? Status(cancelled()) : checkTensor(tensor, written);
    });
    for (const Status& status : found)
        if (!status)
            return status;
    if (tensors->size() != written.size())
        return outOfResource(fmt::format("{}: found {} tensors where {} were written",
            folder.string(), tensors->size(), written.size()));
    return {};
}

Status writeHdf5Model(
    const Model::Impl& model, const std::filesystem::path& folder, const Progress& progress)
{
    const Result<ParameterSet> parameters = model.parameters(progress);
    if (!parameters)
        return parameters.error();
    const std::filesystem::path file = folder / "model.h5";
    progress(0.3, "writing weights");
    if (Status written = writeModelHdf5(file, *parameters); !written)
        return written;
    if (progress.stopRequested())
        return cancelled();
    progress(0.8, "reading weights back");
    const Result<ParameterSet> read = readModelHdf5(file);
    if (!read)
        return read.error();
    for (const auto& [id, values] : parameters->tensors)
        if (!at::equal(read->at(id.role, id.block), values))
            return outOfResource(fmt::format(
                "{}: {}: what was written reads back different", file.string(), nameOf(id)));
    return progress.stopRequested() ? Status(cancelled()) : Status();
}

} // namespace espalier
