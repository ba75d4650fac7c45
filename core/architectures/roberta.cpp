// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/roberta.h"

#include "core/architectures/bert_trunk.h"
#include "core/architectures/family_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier {
namespace {

using enum Role;

constexpr TaskSet kMasked = only(Task::MaskedLanguageModel);
constexpr TaskSet kClasses = only(Task::SequenceClassification);
constexpr TaskSet kBare = only(Task::TextEncoder);

// clang-format off
constexpr auto kRows = withBertTrunk(std::array{
    DiskRow{"pooler.dense.weight",         HeadDenseWeight, Layout::Plain, -1, kBare},
    DiskRow{"pooler.dense.bias",           HeadDenseBias,   Layout::Plain, -1, kBare},
    DiskRow{"lm_head.dense.weight",        HeadDenseWeight, Layout::Plain, -1, kMasked},
    DiskRow{"lm_head.dense.bias",          HeadDenseBias,   Layout::Plain, -1, kMasked},
    DiskRow{"lm_head.layer_norm.weight",   HeadNormGain,    Layout::Plain, -1, kMasked},
    DiskRow{"lm_head.layer_norm.bias",     HeadNormBias,    Layout::Plain, -1, kMasked},
    DiskRow{"lm_head.decoder.weight",      HeadWeight,      Layout::Plain, -1, kMasked},
    DiskRow{"lm_head.bias",                HeadBias,        Layout::Plain, -1, kMasked},
    DiskRow{"lm_head.decoder.bias",        HeadBias,        Layout::Plain, -1, kMasked, Stage::Trunk, true},
    DiskRow{"classifier.dense.weight",     HeadDenseWeight, Layout::Plain, -1, kClasses},
    DiskRow{"classifier.dense.bias",       HeadDenseBias,   Layout::Plain, -1, kClasses},
    DiskRow{"classifier.out_proj.weight",  HeadWeight,      Layout::Plain, -1, kClasses},
    DiskRow{"classifier.out_proj.bias",    HeadBias,        Layout::Plain, -1, kClasses},
});
// clang-format on

constexpr std::array<std::string_view, 11> kUnprefixed = {"lm_head.dense.weight",
    "lm_head.dense.bias", "lm_head.layer_norm.weight", "lm_head.layer_norm.bias",
    "lm_head.decoder.weight", "lm_head.bias", "lm_head.decoder.bias", "classifier.dense.weight",
    "classifier.dense.bias", "classifier.out_proj.weight", "classifier.out_proj.bias"};

constexpr std::array<std::string_view, 1> kIgnored = {"embeddings.position_ids"};

constexpr std::array kAliases = {kTensorFlowNorms[0], kTensorFlowNorms[1],
    NameAlias{"lm_head.decoder.bias", "lm_head.bias", true}};

using TaskClasses = std::array<TaskClass, 3>;

/// A family by its names.
struct Name
{
    std::string_view modelType;
    TaskClasses tasks;
    std::string_view tokenizerClass = {};
};

constexpr Name kRoberta = {"roberta",
    {TaskClass{"RobertaForMaskedLM", Task::MaskedLanguageModel},
        TaskClass{"RobertaForSequenceClassification", Task::SequenceClassification},
        TaskClass{"RobertaModel", Task::TextEncoder}},
    "RobertaTokenizer"};
constexpr Name kXlmRoberta = {"xlm-roberta",
    {TaskClass{"XLMRobertaForMaskedLM", Task::MaskedLanguageModel},
        TaskClass{"XLMRobertaForSequenceClassification", Task::SequenceClassification},
        TaskClass{"XLMRobertaModel", Task::TextEncoder}}};
constexpr Name kCamembert = {"camembert",
    {TaskClass{"CamembertForMaskedLM", Task::MaskedLanguageModel},
        TaskClass{"CamembertForSequenceClassification", Task::SequenceClassification},
        TaskClass{"CamembertModel", Task::TextEncoder}}};

/// Real tokens count from the row behind the padding id's, so the table has that many more rows.
void readPositions(ObjectReader& keys, ModelConfig& config)
{
    const std::int64_t padding =
        keys.optionalInteger("pad_token_id", 0, SizeLimits::vocab).value_or(1);
    const std::int64_t rows = config.shape.positions;
    if (rows <= padding + 1)
        keys.refuse("max_position_embeddings",
            fmt::format("more than {}, the rows up to the padding id's", padding + 1));
    config.shape.sparePositions = padding + 1;
    config.shape.positions = rows - config.shape.sparePositions;
    config.flavour.positionRule = PositionRule::RealTokens;
    config.flavour.paddingId = padding;
}

template <const Name& name> void fill(ObjectReader& keys, ModelConfig& config)
{
    readBertTrunk(keys, readTask(keys, name.tasks), config);
    readPositions(keys, config);
    if (config.flavour.task == Task::MaskedLanguageModel)
        config.flavour.headActivation = Activation::GeluErf; // whatever the blocks have
}

template <const Name& name>
Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, name.modelType, fill<name>);
}

template <const Name& name> nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = name.modelType;
    writeTask(json, name.tasks, config.flavour.task);
    writeBertTrunk(json, config);
    json["pad_token_id"] = config.flavour.paddingId;
    return json;
}

template <const Name& name>
constexpr Architecture architectureNamed(std::string_view title, std::string_view paper)
{
    return {.id = name.modelType,
        .title = title,
        .paper = paper,
        .modelType = name.modelType,
        .rows = kRows,
        .prefix = "roberta.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {},
        .readConfig = readConfig<name>,
        .writeConfig = writeConfig<name>,
        .aliases = kAliases,
        .tokenizer = {.className = name.tokenizerClass}};
}

} // namespace

const Architecture& roberta()
{
    static constexpr Architecture kRow =
        architectureNamed<kRoberta>("RoBERTa", "Liu et al. 2019, arXiv 1907.11692");
    return kRow;
}

const Architecture& xlmRoberta()
{
    static constexpr Architecture kRow =
        architectureNamed<kXlmRoberta>("XLM-RoBERTa", "Conneau et al. 2019, arXiv 1911.02116");
    return kRow;
}

const Architecture& camembert()
{
    static constexpr Architecture kRow =
        architectureNamed<kCamembert>("CamemBERT", "Martin et al. 2019, arXiv 1911.03894");
    return kRow;
}

} // namespace espalier
