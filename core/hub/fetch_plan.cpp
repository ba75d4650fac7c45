// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/fetch_plan.h"

#include "core/base/untrusted_text.h"
#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/hub/hub_name.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace espalier {

namespace {

constexpr JsonLimits kListingLimits = {.maxBytes = std::size_t{32} << 20};
constexpr std::string_view kConfig = "config.json";

constexpr std::string_view kCompanions[] = {"generation_config.json", "tokenizer.json",
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model",
    "chat_template.jinja", "preprocessor_config.json", "processor_config.json"};

/// One way in which weights are published, best first.
struct WeightForm
{
    std::string_view whole;
    std::string_view index;
    std::string_view shardPrefix;
    std::string_view shardSuffix;
};
constexpr WeightForm kWeightForms[] = {
    {"model.safetensors", "model.safetensors.index.json", "model-", ".safetensors"},
    {"pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model-", ".bin"},
};

/// Weights of other programs: named when there are none for us.
constexpr std::string_view kForeignEndings[] = {
    ".gguf", ".h5", ".msgpack", ".onnx", ".ot", ".pt", ".pth", ".bin", ".safetensors"};

bool isDigits(std::string_view text)
{
    return !text.empty()
        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "model-00001-of-00003.safetensors"
bool isShardOf(const WeightForm& form, std::string_view name)
{
    if (!name.starts_with(form.shardPrefix) || !name.ends_with(form.shardSuffix)
        || name.size() <= form.shardPrefix.size() + form.shardSuffix.size())
        return false;
    name.remove_prefix(form.shardPrefix.size());
    name.remove_suffix(form.shardSuffix.size());
    const std::size_t of = name.find("-of-");
    return of != std::string_view::npos && isDigits(name.substr(0, of))
        && isDigits(name.substr(of + 4));
}

const HubFile* find(const HubListing& listing, std::string_view name)
{
    const auto found = std::find_if(listing.files.begin(), listing.files.end(),
        [&](const HubFile& file) { return file.name == name; });
    return found == listing.files.end() ? nullptr : &*found;
}

bool addIfThere(FetchPlan& plan, const HubListing& listing, std::string_view name)
{
    const HubFile* const file = find(listing, name);
    if (file != nullptr)
        plan.files.push_back(*file);
    return file != nullptr;
}

bool addWeights(FetchPlan& plan, const HubListing& listing)
{
    for (const WeightForm& form : kWeightForms) {
        if (addIfThere(plan, listing, form.whole))
            return true;
        if (!addIfThere(plan, listing, form.index))
            continue;
        plan.index = form.index;
        for (const HubFile& file : listing.files)
            if (isShardOf(form, file.name))
                plan.files.push_back(file);
        return true;
    }
    return false;
}

Error noWeights(const HubListing& listing, std::string_view where)
{
    std::string found;
    for (const HubFile& file : listing.files)
        for (const std::string_view ending : kForeignEndings)
            if (file.name.ends_with(ending) && found.size() < 100) {
                found += (found.empty() ? "" : ", ") + printable(file.name, 60);
                break;
            }
    return refused(fmt::format("{}: found {}, wanted model.safetensors or pytorch_model.bin", where,
        found.empty() ? "no weights" : found));
}

} // namespace

Result<HubListing> readHubListing(std::string_view json, std::string_view where)
{
    const Result<nlohmann::json> document = parseStrictJson(json, where, kListingLimits);
    if (!document)
        return document.error();
    JsonReader reader(std::string(where), *document, JsonReader::UnknownKeys::Ignore);
    HubListing listing;
    listing.commit = reader.root().requiredString("sha");
    if (!isCommit(listing.commit))
        reader.root().refuse("sha", "a commit of 40 hexadecimal digits");
    for (ObjectReader* file : reader.root().requiredObjects("siblings"))
        listing.files.push_back({file->requiredString("rfilename"),
            file->optionalInteger("size", 0, std::numeric_limits<std::int64_t>::max())});
    if (const Status read = reader.finish(); !read)
        return read.error();
    return listing;
}

Result<FetchPlan> planFetch(const HubListing& listing, std::string_view where)
{
    FetchPlan plan;
    if (!addIfThere(plan, listing, kConfig))
        return refused(
            fmt::format("{}: has no config.json, so it is no model that we read", where));
    for (const std::string_view name : kCompanions)
        addIfThere(plan, listing, name);
    if (!addWeights(plan, listing))
        return noWeights(listing, where);
    return plan;
}

Result<FetchPlan> withShards(
    FetchPlan plan, const HubListing& listing, const ShardIndex& index, std::string_view where)
{
    const auto isGuess = [](const HubFile& file) {
        return std::any_of(std::begin(kWeightForms), std::end(kWeightForms),
            [&](const WeightForm& form) { return isShardOf(form, file.name); });
    };
    std::erase_if(plan.files, isGuess);
    const std::string named = plan.index.value_or("the index");
    const std::string_view suffix =
        named.find(".bin") == std::string::npos ? ".safetensors" : ".bin";
    for (const std::string& shard : index.shards) {
        // Otherwise an index could name code, and it would be fetched.
        if (!shard.ends_with(suffix))
            return refused(fmt::format("{}: {} names {} as a shard, wanted a {} file", where, named,
                inQuotes(shard), suffix));
        if (!addIfThere(plan, listing, shard))
            return refused(fmt::format(
                "{}: {} names {}, which is not in the repository", where, named, inQuotes(shard)));
    }
    return plan;
}

std::int64_t bytesOf(const FetchPlan& plan)
{
    std::int64_t sum = 0;
    for (const HubFile& file : plan.files)
        if (__builtin_add_overflow(sum, file.bytes.value_or(0), &sum))
            return std::numeric_limits<std::int64_t>::max();
    return sum;
}

} // namespace espalier
