// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/remembered_hash.h"

#include "core/architectures/catalog.h"
#include "core/engine/weights_hash.h"
#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/storage/atomic_file.h"
#include "core/storage/content_hash.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "espalier weights hashes 1";
constexpr std::size_t kMostHashes = 512;
constexpr std::size_t kMaxBytes = std::size_t{1} << 18;

struct KnownHash
{
    std::string key;
    std::string hash;
};

/// Oldest first.
using KnownHashes = std::vector<KnownHash>;

/// Nothing if some file's state doesn't tell whether it has changed.
std::optional<std::string> keyOf(const Model::Impl& model)
{
    if (!model.stored)
        return std::nullopt;
    std::set<std::string> states;
    for (const StoredTensor& tensor : model.stored->tensors())
        states.insert(tensor.fileState);
    if (states.empty() || states.contains(""))
        return std::nullopt;
    const Architecture& architecture = architectureOf(model.config);
    const std::string all = fmt::format("{}\n{}\n{}\n", architecture.id,
        writeJson(architecture.writeConfig(model.config)), fmt::join(states, "\n"));
    return sha256OfBytes(std::as_bytes(std::span(all)));
}

/// Of this format or nothing: what is wrong with the file doesn't matter, it will be replaced.
KnownHashes readHashes(const fs::path& file)
{
    const Result<nlohmann::json> document = readJsonFile(file, kMaxBytes);
    if (!document)
        return {};
    JsonReader reader(file.string(), *document);
    const bool ours = reader.root().requiredString("format") == kFormat;
    KnownHashes hashes;
    for (ObjectReader* entry : reader.root().requiredObjects("hashes"))
        hashes.push_back({entry->requiredString("weights"), entry->requiredString("hash")});
    const bool sound = reader.finish()
        && std::ranges::all_of(hashes, [](const KnownHash& known) { return isSha256(known.hash); });
    return ours && sound ? hashes : KnownHashes();
}

Status writeHashes(const KnownHashes& hashes, const fs::path& file)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const KnownHash& known : hashes)
        list.push_back({{"weights", known.key}, {"hash", known.hash}});
    std::error_code failed; // writing says what is wrong
    fs::create_directories(file.parent_path(), failed);
    return writeFileAtomically(
        file, writeJson(nlohmann::ordered_json{{"format", kFormat}, {"hashes", list}}));
}

/// Another process may write at the same time; the last one's list stays, and the other's hash is
/// worked out once more some day.
Status remember(KnownHash made, const fs::path& file)
{
    KnownHashes hashes = readHashes(file);
    std::erase_if(hashes, [&](const KnownHash& known) { return known.key == made.key; });
    if (hashes.size() >= kMostHashes)
        hashes.erase(hashes.begin(), hashes.end() - (kMostHashes - 1));
    hashes.push_back(std::move(made));
    return writeHashes(hashes, file);
}

} // namespace

Result<std::string> rememberedHash(const Model::Impl& model,
    const std::optional<std::filesystem::path>& cache, const Progress& progress)
{
    const std::optional<std::string> key = cache ? keyOf(model) : std::nullopt;
    if (!key)
        return hashWeights(model, progress);
    const fs::path file = *cache / "weights-hashes.json";
    const KnownHashes hashes = readHashes(file);
    const auto known = std::ranges::find(hashes, *key, &KnownHash::key);
    if (known != hashes.end())
        return known->hash;
    Result<std::string> hash = hashWeights(model, progress);
    if (hash)
        if (const Status kept = remember({*key, *hash}, file); !kept)
            progress.tell(fmt::format("the weights' hash is not kept: {}", kept.error().message));
    return hash;
}

} // namespace espalier
