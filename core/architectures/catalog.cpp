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
#include "core/architectures/vit.h"
#include "core/base/expect.h"
#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace espalier {

std::span<const Architecture> architectures()
{
    static const std::array kCatalog = {gpt2(), opt(), gptNeox(), llama(), mistral(), qwen2(),
        qwen3(), gemma(), gemma2(), bert(), roberta(), xlmRoberta(), camembert(), distilbert(),
        vit(), deit()};
    return kCatalog;
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
    std::vector<std::string> known;
    for (const Architecture& row : architectures())
        known.emplace_back(row.modelType);
    JsonReader reader(std::string(where), *document, JsonReader::UnknownKeys::Ignore);
    const std::size_t family = reader.root().requiredChoice("model_type", known);
    if (const Status read = reader.finish(); !read)
        return read.error();
    Result<ModelConfig> config = architectures()[family].readConfig(*document, where);
    if (config)
        config->sourceJson = std::string(json);
    return config;
}

std::string writeModelConfig(const ModelConfig& config)
{
    return writeJson(architectureOf(config).writeConfig(config));
}

} // namespace espalier
