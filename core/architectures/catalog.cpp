// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"

#include "core/architectures/bert.h"
#include "core/architectures/deit.h"
#include "core/architectures/distilbert.h"
#include "core/architectures/gemma.h"
#include "core/architectures/gemma2.h"
#include "core/architectures/gpt2.h"
#include "core/architectures/gpt_neox.h"
#include "core/architectures/llama.h"
#include "core/architectures/mistral.h"
#include "core/architectures/opt.h"
#include "core/architectures/qwen2.h"
#include "core/architectures/qwen3.h"
#include "core/architectures/roberta.h"
#include "core/architectures/timm_cait.h"
#include "core/architectures/timm_deit.h"
#include "core/architectures/timm_deit3.h"
#include "core/architectures/timm_vit.h"
#include "core/architectures/vit.h"
#include "core/base/expect.h"
#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace espalier {
namespace {

/// The family that "model_type" names; any, with a problem reported, if there is none.
const Architecture* transformersFamily(ObjectReader& keys)
{
    std::vector<const Architecture*> families;
    std::vector<std::string> known;
    for (const Architecture& row : architectures())
        if (row.format == ConfigFormat::Transformers) {
            families.push_back(&row);
            known.emplace_back(row.modelType);
        }
    return families[keys.requiredChoice("model_type", known)];
}

/// The family that "architecture" begins with; null, with a problem reported, if there is none.
const Architecture* timmFamily(ObjectReader& keys)
{
    const std::string name = keys.requiredString("architecture");
    std::string known;
    for (const Architecture& row : architectures()) {
        if (row.format != ConfigFormat::Timm)
            continue;
        if (name.starts_with(row.modelType))
            return &row;
        known += fmt::format("{}{}*", known.empty() ? "" : ", ", row.modelType);
    }
    keys.refuse("architecture", fmt::format("a timm model of {}", known));
    return nullptr;
}

} // namespace

std::span<const Architecture> architectures()
{
    static const std::array kCatalog = {gpt2(), opt(), gptNeox(), llama(), mistral(), qwen2(),
        qwen3(), gemma(), gemma2(), bert(), roberta(), xlmRoberta(), camembert(), distilbert(),
        vit(), deit(), timmVit(), timmDeit(), timmDeit3(), timmCait()};
    return kCatalog;
}

const Architecture* architectureByModelType(std::string_view modelType)
{
    const auto all = architectures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Architecture& row) {
        return row.format == ConfigFormat::Transformers && row.modelType == modelType;
    });
    return found == all.end() ? nullptr : &*found;
}

const Architecture& architectureOf(const ModelConfig& config)
{
    const auto all = architectures();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Architecture& row) { return row.id == config.family; });
    ESPALIER_EXPECT(found != all.end(), "a config's family is in the catalog");
    return *found;
}

Result<ModelConfig> readModelConfig(std::string_view json, std::string_view where)
{
    const Result<nlohmann::json> document = parseStrictJson(json, where);
    if (!document)
        return document.error();
    JsonReader reader(std::string(where), *document, JsonReader::UnknownKeys::Ignore);
    ObjectReader& keys = reader.root();
    const bool timm = keys.has("architecture") && !keys.has("model_type");
    const Architecture* const family = timm ? timmFamily(keys) : transformersFamily(keys);
    if (const Status read = reader.finish(); !read)
        return read.error();
    Result<ModelConfig> config = family->readConfig(*document, where);
    if (config)
        config->sourceJson = std::string(json);
    return config;
}

std::string writeModelConfig(const ModelConfig& config)
{
    return writeJson(architectureOf(config).writeConfig(config));
}

Status checkStated(const ModelConfig& config)
{
    const Result<ModelConfig> back = readModelConfig(writeModelConfig(config), config.family);
    if (!back)
        return back.error();
    if (back->flavour.normEpsilon != config.flavour.normEpsilon)
        return refused(
            fmt::format("{}: config.json cannot state a norm epsilon of {:.6g}, it is always {:g}",
                config.family, config.flavour.normEpsilon, back->flavour.normEpsilon));
    if (back->flavour.tiedHead != config.flavour.tiedHead)
        return refused(fmt::format("{}: config.json cannot state {} head", config.family,
            config.flavour.tiedHead ? "a tied" : "an own"));
    return {};
}

} // namespace espalier
