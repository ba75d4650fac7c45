// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/distilbert.h"

#include "core/architectures/bert_trunk.h"
#include "core/architectures/family_config.h"

#include <nlohmann/json.hpp>

namespace espalier {
namespace {

using enum Role;

constexpr TaskSet kMasked = only(Task::MaskedLanguageModel);
constexpr TaskSet kClasses = only(Task::SequenceClassification);

// clang-format off
constexpr std::array kRows = {
    DiskRow{"embeddings.word_embeddings.weight",                 TokenEmbedding},
    DiskRow{"embeddings.position_embeddings.weight",             PositionEmbedding},
    DiskRow{"embeddings.LayerNorm.weight",                       EmbeddingNormGain},
    DiskRow{"embeddings.LayerNorm.bias",                         EmbeddingNormBias},
    DiskRow{"transformer.layer.{l}.attention.q_lin.weight",      QkvWeight, Layout::Plain, 0},
    DiskRow{"transformer.layer.{l}.attention.q_lin.bias",        QkvBias,   Layout::Plain, 0},
    DiskRow{"transformer.layer.{l}.attention.k_lin.weight",      QkvWeight, Layout::Plain, 1},
    DiskRow{"transformer.layer.{l}.attention.k_lin.bias",        QkvBias,   Layout::Plain, 1},
    DiskRow{"transformer.layer.{l}.attention.v_lin.weight",      QkvWeight, Layout::Plain, 2},
    DiskRow{"transformer.layer.{l}.attention.v_lin.bias",        QkvBias,   Layout::Plain, 2},
    DiskRow{"transformer.layer.{l}.attention.out_lin.weight",    AttentionOutWeight},
    DiskRow{"transformer.layer.{l}.attention.out_lin.bias",      AttentionOutBias},
    DiskRow{"transformer.layer.{l}.sa_layer_norm.weight",        AttentionPostNormGain},
    DiskRow{"transformer.layer.{l}.sa_layer_norm.bias",          AttentionPostNormBias},
    DiskRow{"transformer.layer.{l}.ffn.lin1.weight",             MlpUpWeight},
    DiskRow{"transformer.layer.{l}.ffn.lin1.bias",               MlpUpBias},
    DiskRow{"transformer.layer.{l}.ffn.lin2.weight",             MlpDownWeight},
    DiskRow{"transformer.layer.{l}.ffn.lin2.bias",               MlpDownBias},
    DiskRow{"transformer.layer.{l}.output_layer_norm.weight",    MlpPostNormGain},
    DiskRow{"transformer.layer.{l}.output_layer_norm.bias",      MlpPostNormBias},
    DiskRow{"vocab_transform.weight",   HeadDenseWeight, Layout::Plain, -1, kMasked},
    DiskRow{"vocab_transform.bias",     HeadDenseBias,   Layout::Plain, -1, kMasked},
    DiskRow{"vocab_layer_norm.weight",  HeadNormGain,    Layout::Plain, -1, kMasked},
    DiskRow{"vocab_layer_norm.bias",    HeadNormBias,    Layout::Plain, -1, kMasked},
    DiskRow{"vocab_projector.weight",   HeadWeight,      Layout::Plain, -1, kMasked},
    DiskRow{"vocab_projector.bias",     HeadBias,        Layout::Plain, -1, kMasked},
    DiskRow{"pre_classifier.weight",    HeadDenseWeight, Layout::Plain, -1, kClasses},
    DiskRow{"pre_classifier.bias",      HeadDenseBias,   Layout::Plain, -1, kClasses},
    DiskRow{"classifier.weight",        HeadWeight,      Layout::Plain, -1, kClasses},
    DiskRow{"classifier.bias",          HeadBias,        Layout::Plain, -1, kClasses},
};
// clang-format on

constexpr std::array<std::string_view, 10> kUnprefixed = {"vocab_transform.weight",
    "vocab_transform.bias", "vocab_layer_norm.weight", "vocab_layer_norm.bias",
    "vocab_projector.weight", "vocab_projector.bias", "pre_classifier.weight",
    "pre_classifier.bias", "classifier.weight", "classifier.bias"};

constexpr std::array<std::string_view, 1> kIgnored = {"embeddings.position_ids"};

constexpr std::array kTasks = {TaskClass{"DistilBertForMaskedLM", Task::MaskedLanguageModel},
    TaskClass{"DistilBertForSequenceClassification", Task::SequenceClassification},
    TaskClass{"DistilBertModel", Task::TextEncoder}};

constexpr SizeKeys kSizes = {
    .layers = "n_layers", .hidden = "dim", .heads = "n_heads", .mlp = "hidden_dim"};

void fill(ObjectReader& keys, ModelConfig& config)
{
    ModelShape& shape = config.shape;
    const Task task = readTask(keys, kTasks);
    readSizes(keys, kSizes, shape);
    shape.vocab = keys.requiredInteger("vocab_size", 1, SizeLimits::vocab);
    shape.positions =
        keys.optionalInteger("max_position_embeddings", 1, SizeLimits::positions).value_or(512);
    if (predictsClasses(task))
        shape.classes = readClasses(keys);
    config.flavour = encoderFlavour(keys, task); // its norms' epsilon is fixed
    config.flavour.activation = readActivation(keys, "activation", Activation::GeluErf);
    config.flavour.headDense = task != Task::TextEncoder; // there is no pooler
    config.flavour.headActivation =
        predictsClasses(task) ? Activation::Relu : config.flavour.activation;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "distilbert", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    nlohmann::ordered_json json = sourceKeysOf(config);
    json["model_type"] = "distilbert";
    writeTask(json, kTasks, config.flavour.task);
    writeSizes(json, kSizes, shape);
    json["vocab_size"] = shape.vocab;
    json["max_position_embeddings"] = shape.positions;
    writeActivation(json, "activation", config.flavour.activation);
    json["initializer_range"] = config.flavour.initStd;
    if (predictsTokens(config.flavour.task))
        json["tie_word_embeddings"] = config.flavour.tiedHead;
    if (predictsClasses(config.flavour.task))
        writeClasses(json, shape.classes);
    return json;
}

} // namespace

const Architecture& distilbert()
{
    static constexpr Architecture kDistilbert = {.id = "distilbert",
        .title = "DistilBERT",
        .paper = "Sanh et al. 2019, arXiv 1910.01108",
        .modelType = "distilbert",
        .rows = kRows,
        .prefix = "distilbert.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .tokenizer = {.className = "BertTokenizer"}};
    return kDistilbert;
}

} // namespace espalier
