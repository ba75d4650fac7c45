// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/load_advice.h"

#include "core/architectures/catalog.h"
#include "core/architectures/name_table.h"
#include "core/base/untrusted_text.h"
#include "core/formats/strict_json.h"
#include "core/report/nearest_family.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace espalier {
namespace {

constexpr double kSurelyTheFamily = 0.95; ///< share of names
constexpr double kLikelyTheFamily = 0.5;

struct Case
{
    const LoadAttempt& attempt;
    const LoadDiagnosis& diagnosis;
    std::optional<nlohmann::json> json; ///< config.json, if it is an object
};
using Advice = std::optional<std::string>;

bool hasFile(const LoadAttempt& attempt, std::string_view name)
{
    return std::find(attempt.files.begin(), attempt.files.end(), name) != attempt.files.end();
}

/// A file of weights in a form that nobody here reads.
const std::string* foreignWeights(const LoadAttempt& attempt)
{
    constexpr std::string_view kEndings[] = {
        ".gguf", ".ggml", ".onnx", ".msgpack", "tf_model.h5", ".pth", ".pt", ".ckpt", ".npz"};
    for (const std::string& file : attempt.files)
        for (const std::string_view ending : kEndings)
            if (file.ends_with(ending))
                return &file;
    return nullptr;
}

/// Top-level keys of config.json with this number.
std::vector<std::string> keysWith(const Case& load, std::int64_t value)
{
    std::vector<std::string> keys;
    if (load.json)
        for (const auto& [key, found] : load.json->items())
            if (found.is_number_integer() && found == value)
                keys.push_back(key);
    return keys;
}

Advice noConfig(const Case& load)
{
    const LoadAttempt& attempt = load.attempt;
    if (attempt.configText || hasFile(attempt, "config.json"))
        return {};
    if (hasFile(attempt, "adapter_config.json"))
        return "This is an adapter: merge it into the model that it was made for and open that.";
    if (load.diagnosis.nearest && load.diagnosis.nearest->share() >= kLikelyTheFamily)
        return fmt::format("Put the config.json of these weights beside them; their names are "
                           "those of {}.",
            load.diagnosis.nearest->title);
    if (!attempt.modelFolders.empty())
        return fmt::format("Open the folder {} in it, which has a config.json.",
            inQuotes(attempt.modelFolders.front()));
    if (const std::string* foreign = foreignWeights(attempt))
        return fmt::format(
            "Save the model in Hugging Face's form first: {} is not read.", inQuotes(*foreign));
    return "Choose the folder that has config.json and the weights in it.";
}

Advice brokenConfig(const Case& load)
{
    if (load.attempt.config || load.json)
        return {};
    return "Fetch config.json again: it is damaged.";
}

Advice unknownFamily(const Case& load)
{
    if (load.attempt.config)
        return {};
    const nlohmann::json& json = *load.json;
    const auto type = json.find("model_type");
    if (type != json.end() && type->is_string()
        && architectureByModelType(type->get<std::string>()))
        return "Correct that setting of config.json if somebody changed it; a model that really "
               "has it cannot be computed here.";
    const std::optional<FamilyMatch>& nearest = load.diagnosis.nearest;
    if (!nearest || nearest->share() < kSurelyTheFamily)
        return "Choose a model of a family that is known here, or add this one: "
               "docs/adding-an-architecture.md says how.";
    const auto all = architectures();
    const auto family = std::find_if(
        all.begin(), all.end(), [&](const Architecture& row) { return row.id == nearest->id; });
    return fmt::format("If the model computes what {} does, as its names suggest, say so in a copy "
                       "of config.json: \"{}\": \"{}\".",
        nearest->title, family->format == ConfigFormat::Timm ? "architecture" : "model_type",
        family->modelType);
}

Advice unreadableWeights(const Case& load)
{
    if (load.attempt.tensors)
        return {};
    const bool pickled =
        hasFile(load.attempt, "pytorch_model.bin") && !hasFile(load.attempt, "model.safetensors");
    return pickled ? "Save the weights as model.safetensors where they come from: this "
                     "pytorch_model.bin cannot be read."
                   : "Fetch the weights again: what is there cannot be read.";
}

Advice quantised(const Case& load)
{
    if (load.diagnosis.faults.wrongType.count == 0)
        return {};
    return "Save the weights as F32, F16 or BF16: quantised ones are not read.";
}

Advice anotherFamily(const Case& load)
{
    const std::optional<FamilyMatch>& nearest = load.diagnosis.nearest;
    const std::string& stated = load.attempt.config->family;
    if (!nearest || nearest->id == stated || nearest->share() < kLikelyTheFamily
        || matchOf(stated, *load.attempt.tensors).share() > kSurelyTheFamily)
        return {};
    return fmt::format("Put back the config.json that came with these weights: it means {}, their "
                       "names are those of {}.",
        load.diagnosis.family, nearest->title);
}

/// What all names begin with, up to a dot, and would fit without; empty if that is nothing.
std::string foreignPrefix(const Case& load)
{
    const std::vector<StoredHeader>& tensors = *load.attempt.tensors;
    const std::string first = tensors.empty() ? std::string() : tensors.front().name;
    for (std::size_t dot = first.find('.'); dot != std::string::npos;
         dot = first.find('.', dot + 1)) {
        const std::string prefix = first.substr(0, dot + 1);
        std::vector<StoredHeader> stripped = tensors;
        for (StoredHeader& tensor : stripped) {
            if (!tensor.name.starts_with(prefix))
                return {};
            tensor.name.erase(0, prefix.size());
        }
        if (faultsOf(*load.attempt.config, stripped).count() == 0)
            return prefix;
    }
    return {};
}

Advice anotherPrefix(const Case& load)
{
    if (load.diagnosis.faults.missing.count == 0 || load.diagnosis.faults.unexpected.count == 0)
        return {};
    const std::string prefix = foreignPrefix(load);
    if (prefix.empty())
        return {};
    return fmt::format(
        "Save the weights under names without {} in front: but for that they fit config.json.",
        inQuotes(prefix));
}

Advice otherDepth(const Case& load)
{
    const ModelConfig& config = *load.attempt.config;
    const std::int64_t named = blocksNamed(config.family, *load.attempt.tensors);
    const std::int64_t layers = config.shape.layers;
    if (named == 0 || named == layers)
        return {};
    if (named < layers)
        return fmt::format("Fetch the rest of the weights: config.json has {} blocks, the files "
                           "{}.",
            layers, named);
    const std::vector<std::string> keys = keysWith(load, layers);
    return fmt::format("{} in config.json: the files hold {} blocks, it has {}.",
        keys.empty() ? "State the blocks" : fmt::format("Correct \"{}\"", keys.front()), named,
        layers);
}

/// Whether the weights fit config.json with one key changed.
bool wouldFit(const Case& load, const char* key, nlohmann::json value)
{
    nlohmann::json changed = *load.json;
    changed[key] = std::move(value);
    const Result<ModelConfig> config = readModelConfig(changed.dump(), "config.json");
    return config && faultsOf(*config, *load.attempt.tensors).count() == 0;
}

/// "Bert" for "BertForMaskedLM"; empty if config.json names no class.
std::string familyOfClass(const nlohmann::json& json)
{
    const auto classes = json.find("architectures");
    if (classes == json.end() || !classes->is_array() || classes->empty()
        || !classes->front().is_string())
        return {};
    const std::string name = classes->front().get<std::string>();
    for (const std::string_view rest : {"For", "LMHeadModel", "Model"})
        if (const std::size_t at = name.find(rest); at != std::string::npos)
            return name.substr(0, at);
    return {};
}

Advice anotherHead(const Case& load)
{
    if (load.diagnosis.faults.count() == 0)
        return {};
    if (!load.attempt.config->flavour.tiedHead && wouldFit(load, "tie_word_embeddings", true))
        return "Set \"tie_word_embeddings\" to true in config.json: the files hold no head of "
               "their own.";
    const std::string family = familyOfClass(*load.json);
    if (family.empty())
        return {};
    constexpr std::string_view kNone = "Model";
    constexpr std::string_view kHeads[] = {"ForCausalLM", "LMHeadModel", "ForMaskedLM",
        "ForSequenceClassification", "ForImageClassification", kNone};
    for (const std::string_view head : kHeads)
        if (wouldFit(load, "architectures", {fmt::format("{}{}", family, head)}))
            return fmt::format("Say \"architectures\": [\"{}{}\"] in config.json: the weights "
                               "have {} head.",
                printable(family), head, head == kNone ? "no" : "that");
    return {};
}

/// Weights that end before the head.
Advice noHead(const Case& load)
{
    const TableFaults& faults = load.diagnosis.faults;
    const std::vector<TensorFault>& missing = faults.missing.first;
    const auto roleOf = [&](const TensorFault& fault) {
        const auto known = matchName(architectureOf(*load.attempt.config), fault.name);
        return known && known->row ? known->row->role : Role::TokenEmbedding;
    };
    const bool headAlone = faults.missing.count == faults.count()
        && std::all_of(missing.begin(), missing.end(),
            [&](const TensorFault& fault) { return roleOf(fault) >= Role::HeadWeight; });
    const bool lacksIt = std::any_of(missing.begin(), missing.end(),
        [&](const TensorFault& fault) { return roleOf(fault) == Role::HeadWeight; });
    if (!headAlone || !lacksIt)
        return {};
    return "Choose weights that were trained with a head: these end before it.";
}

/// Blocks differ in the shape of one of their tensors, which no config.json describes.
Advice unevenBlocks(const Case& load)
{
    const ModelConfig& config = *load.attempt.config;
    std::map<const DiskRow*, std::int64_t> misshaped;
    for (const TensorFault& fault : load.diagnosis.faults.misshaped.first)
        if (const std::optional<NameMatch> known = matchName(architectureOf(config), fault.name);
            known && known->row && isPerBlock(known->row->role))
            ++misshaped[known->row];
    const auto blocksOfRow = [&](const DiskRow& row) {
        return row.stage == Stage::Trunk ? config.shape.layers : config.shape.classLayers;
    };
    const bool uneven = std::any_of(misshaped.begin(), misshaped.end(),
        [&](const auto& entry) { return entry.second < blocksOfRow(*entry.first); });
    if (!uneven
        || load.diagnosis.faults.misshaped.count
            > std::ssize(load.diagnosis.faults.misshaped.first))
        return {};
    return fmt::format("Fetch the weights again: {} of {} tensors have another shape than the same "
                       "ones of other blocks.",
        load.diagnosis.faults.misshaped.count, load.diagnosis.faults.wantedTensors);
}

/// Sizes that differ, as (wanted, found).
std::set<std::pair<std::int64_t, std::int64_t>> differencesIn(const TensorFaults& misshaped)
{
    std::set<std::pair<std::int64_t, std::int64_t>> pairs;
    for (const TensorFault& fault : misshaped.first)
        for (std::size_t i = 0; i < std::max(fault.wanted.size(), fault.found.size()); ++i) {
            const std::int64_t wanted = i < fault.wanted.size() ? fault.wanted[i] : 0;
            const std::int64_t found = i < fault.found.size() ? fault.found[i] : 0;
            if (wanted != found)
                pairs.emplace(wanted, found);
        }
    return pairs;
}

Advice otherSizes(const Case& load)
{
    const TensorFaults& misshaped = load.diagnosis.faults.misshaped;
    if (misshaped.count == 0)
        return {};
    const auto pairs = differencesIn(misshaped);
    if (pairs.size() != 1)
        return "Put back the config.json that came with these weights: it states other sizes.";
    const auto [wanted, found] = *pairs.begin();
    const std::vector<std::string> keys = keysWith(load, wanted);
    if (keys.size() == 1)
        return fmt::format("Correct {} in config.json: it is {}, the weights have {}.",
            inQuotes(keys.front()), wanted, found);
    return fmt::format("Put back the config.json that came with these weights: where it leads to "
                       "{}, they have {}.",
        wanted, found);
}

Advice namesDiffer(const Case& load)
{
    const TableFaults& faults = load.diagnosis.faults;
    if (faults.missing.count > 0 && faults.unexpected.count == 0)
        return fmt::format("Fetch the weights again: {} of {} tensors are not in the files.",
            faults.missing.count, faults.wantedTensors);
    if (faults.unexpected.count > 0)
        return fmt::format("Choose another model: with these tensors this one computes something "
                           "that {} as its config.json describes it does not.",
            load.diagnosis.family);
    return {};
}

} // namespace

std::string adviceFor(const LoadAttempt& attempt, const LoadDiagnosis& diagnosis)
{
    Case load{.attempt = attempt, .diagnosis = diagnosis, .json = {}};
    if (attempt.configText)
        if (Result<nlohmann::json> json = parseStrictJson(*attempt.configText, "config.json");
            json && json->is_object())
            load.json = *std::move(json);
    for (const auto rule :
        {noConfig, brokenConfig, unknownFamily, unreadableWeights, quantised, anotherFamily,
            anotherPrefix, otherDepth, anotherHead, noHead, unevenBlocks, otherSizes, namesDiffer})
        if (Advice advice = rule(load))
            return *std::move(advice);
    return "Correct in the files what is named above; all names and shapes are in order.";
}

} // namespace espalier
