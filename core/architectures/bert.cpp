// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/bert.h"

#include "core/architectures/bert_trunk.h"
#include "core/architectures/family_config.h"

#include <nlohmann/json.hpp>

namespace espalier {
namespace {

using enum Role;

constexpr TaskSet kMasked = only(Task::MaskedLanguageModel);
constexpr TaskSet kClasses = only(Task::SequenceClassification);
constexpr TaskSet kPooled = only(Task::SequenceClassification, Task::TextEncoder);

// clang-format off
constexpr auto kRows = withBertTrunk(std::array{
    DiskRow{"pooler.dense.weight",                         HeadDenseWeight, Layout::Plain, -1, kPooled},
    DiskRow{"pooler.dense.bias",                           HeadDenseBias,   Layout::Plain, -1, kPooled},
    DiskRow{"cls.predictions.transform.dense.weight",      HeadDenseWeight, Layout::Plain, -1, kMasked},
    DiskRow{"cls.predictions.transform.dense.bias",        HeadDenseBias,   Layout::Plain, -1, kMasked},
    DiskRow{"cls.predictions.transform.LayerNorm.weight",  HeadNormGain,    Layout::Plain, -1, kMasked},
    DiskRow{"cls.predictions.transform.LayerNorm.bias",    HeadNormBias,    Layout::Plain, -1, kMasked},
    DiskRow{"cls.predictions.decoder.weight",              HeadWeight,      Layout::Plain, -1, kMasked},
    DiskRow{"cls.predictions.bias",                        HeadBias,        Layout::Plain, -1, kMasked},
    DiskRow{"cls.predictions.decoder.bias",                HeadBias,        Layout::Plain, -1, kMasked, Stage::Trunk, true},
    DiskRow{"classifier.weight",                           HeadWeight,      Layout::Plain, -1, kClasses},
    DiskRow{"classifier.bias",                             HeadBias,        Layout::Plain, -1, kClasses},
});
// clang-format on

constexpr std::array<std::string_view, 9> kUnprefixed = {"cls.predictions.transform.dense.weight",
    "cls.predictions.transform.dense.bias", "cls.predictions.transform.LayerNorm.weight",
    "cls.predictions.transform.LayerNorm.bias", "cls.predictions.decoder.weight",
    "cls.predictions.bias", "cls.predictions.decoder.bias", "classifier.weight", "classifier.bias"};

// A buffer of old files, and the second head of pretraining, which guesses whether one sentence
// follows another.
constexpr std::array<std::string_view, 3> kIgnored = {
    "embeddings.position_ids", "cls.seq_relationship.weight", "cls.seq_relationship.bias"};

constexpr std::array kAliases = {kTensorFlowNorms[0], kTensorFlowNorms[1],
    NameAlias{"cls.predictions.decoder.bias", "cls.predictions.bias", true}};

constexpr std::array kTasks = {TaskClass{"BertForMaskedLM", Task::MaskedLanguageModel},
    TaskClass{"BertForPreTraining", Task::MaskedLanguageModel},
    TaskClass{"BertForSequenceClassification", Task::SequenceClassification},
    TaskClass{"BertModel", Task::TextEncoder}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    readBertTrunk(keys, readTask(keys, kTasks), config);
    if (config.flavour.task == Task::MaskedLanguageModel)
        config.flavour.headActivation = config.flavour.activation;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "bert", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = "bert";
    writeTask(json, kTasks, config.flavour.task);
    writeBertTrunk(json, config);
    return json;
}

} // namespace

const Architecture& bert()
{
    static constexpr Architecture kBert = {.id = "bert",
        .title = "BERT",
        .paper = "Devlin et al. 2018, arXiv 1810.04805",
        .modelType = "bert",
        .rows = kRows,
        .prefix = "bert.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .aliases = kAliases,
        .tokenizer = {.className = "BertTokenizer"}};
    return kBert;
}

} // namespace espalier
