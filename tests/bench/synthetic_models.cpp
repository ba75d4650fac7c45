// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/synthetic_models.h"

#include "core/architectures/catalog.h"
#include "core/base/expect.h"
#include "core/formats/safetensors_layout.h"
#include "core/storage/atomic_file.h"
#include "core/storage/weights_file.h"
#include "core/tensors/fresh_parameters.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdlib.h>

namespace espalier::bench {

namespace {

constexpr std::size_t kShards = 8;

/// A header, and a hole where the tensors would be.
Status writeSparseShard(const std::filesystem::path& file, const std::vector<TensorSpec>& tensors)
{
    const Result<SafetensorsLayout> layout =
        layOutSafetensors(tensors, {{"format", "pt"}}, file.string());
    if (!layout)
        return layout.error();
    if (const Status written = writeFileAtomically(file, layout->header); !written)
        return written;
    std::error_code failed;
    std::filesystem::resize_file(file, static_cast<std::uintmax_t>(layout->fileSize), failed);
    if (failed)
        return outOfResource(fmt::format("{}: {}", file.string(), failed.message()));
    return {};
}

} // namespace

ModelConfig gpt2Config(std::int64_t layers, std::int64_t hidden)
{
    constexpr std::int64_t kHeadDim = 32;
    ModelConfig config{.family = "gpt2", .shape = {}, .flavour = {}};
    config.shape.layers = layers;
    config.shape.hidden = hidden;
    config.shape.heads = hidden / kHeadDim;
    config.shape.kvHeads = config.shape.heads;
    config.shape.headDim = kHeadDim;
    config.shape.mlp = 4 * hidden;
    config.shape.vocab = 8192;
    config.shape.positions = 1024;
    return config;
}

ScratchFolder::ScratchFolder()
{
    std::string name = (std::filesystem::temp_directory_path() / "espalier-bench-XXXXXX").string();
    ESPALIER_EXPECT(::mkdtemp(name.data()) != nullptr, "a temporary folder can be made");
    m_path = name;
}

ScratchFolder::~ScratchFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

Status writeFreshModel(const std::filesystem::path& folder)
{
    const ModelConfig config = gpt2Config(12, 768);
    if (const Status done = writeFileAtomically(folder / "config.json", writeModelConfig(config));
        !done)
        return done;
    return writeWeightsFile(folder / "model.safetensors", freshParameters(config, {1}), at::kFloat);
}

Status writeSparseModel(const std::filesystem::path& folder)
{
    const ModelConfig config = gpt2Config(166, 1120);
    std::vector<std::vector<TensorSpec>> shards(kShards);
    nlohmann::ordered_json shardOf;
    const auto nameOfShard = [](std::size_t shard) {
        return fmt::format("model-{:05}-of-{:05}.safetensors", shard + 1, kShards);
    };
    const auto all = diskTensorsOf(architectureOf(config), config);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t shard = i * kShards / all.size();
        shards[shard].push_back({.name = all[i].name, .dtype = Dtype::F32, .shape = all[i].sizes});
        shardOf[all[i].name] = nameOfShard(shard);
    }
    for (std::size_t shard = 0; shard < kShards; ++shard)
        if (const Status done = writeSparseShard(folder / nameOfShard(shard), shards[shard]); !done)
            return done;
    const nlohmann::ordered_json index = {
        {"metadata", nlohmann::ordered_json::object()}, {"weight_map", shardOf}};
    if (const Status done =
            writeFileAtomically(folder / "model.safetensors.index.json", index.dump());
        !done)
        return done;
    return writeFileAtomically(folder / "config.json", writeModelConfig(config));
}

} // namespace espalier::bench
