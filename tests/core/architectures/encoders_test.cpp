// SPDX-License-Identifier: GPL-3.0-or-later
//
// Configs and names of BERT and its relatives.

#include "core/architectures/bert.h"
#include "core/architectures/catalog.h"
#include "core/architectures/roberta.h"
#include "tests/support/toy_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace espalier {
namespace {

using nlohmann::json;
using test::toyBert;
using test::toyDistilbert;
using test::toyRoberta;

constexpr std::array kTasks = {
    Task::MaskedLanguageModel, Task::SequenceClassification, Task::TextEncoder};

Result<ModelConfig> parsed(const json& document)
{
    return readModelConfig(document.dump(), "config.json");
}

ModelConfig read(const json& document)
{
    const Result<ModelConfig> config = parsed(document);
    EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
    return config.ok() ? *config : ModelConfig();
}

std::string refusal(const json& document)
{
    const Result<ModelConfig> config = parsed(document);
    return config ? "accepted" : config.error().message;
}

json changed(json document, std::string_view key, const json& value)
{
    document[std::string(key)] = value;
    return document;
}

/// As transformers 4 wrote a sentence encoder.
json bertVersion4()
{
    return json::parse(R"({"_name_or_path": "somebody/small", "architectures": ["BertModel"],
        "attention_probs_dropout_prob": 0.1, "gradient_checkpointing": false, "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1, "hidden_size": 12, "initializer_range": 0.03,
        "intermediate_size": 10, "layer_norm_eps": 1e-12, "max_position_embeddings": 9,
        "model_type": "bert", "num_attention_heads": 3, "num_hidden_layers": 2, "pad_token_id": 0,
        "position_embedding_type": "absolute", "transformers_version": "4.8.2",
        "type_vocab_size": 2, "use_cache": true, "vocab_size": 17})");
}

/// As transformers 5 writes RoBERTa.
json robertaVersion5()
{
    return json::parse(R"({"add_cross_attention": false, "architectures": ["RobertaForMaskedLM"],
        "attention_probs_dropout_prob": 0.1, "bos_token_id": 0, "classifier_dropout": null,
        "dtype": "float32", "eos_token_id": 2, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
        "hidden_size": 12, "initializer_range": 0.02, "intermediate_size": 10, "is_decoder": false,
        "layer_norm_eps": 1e-12, "max_position_embeddings": 11, "model_type": "roberta",
        "num_attention_heads": 3, "num_hidden_layers": 2, "pad_token_id": 1,
        "tie_word_embeddings": true, "transformers_version": "5.0.0", "type_vocab_size": 1,
        "use_cache": true, "vocab_size": 17})");
}

/// As transformers 5 writes DistilBERT.
json distilbertVersion5()
{
    return json::parse(R"({"activation": "gelu", "architectures": ["DistilBertForMaskedLM"],
        "attention_dropout": 0.1, "dim": 12, "dropout": 0.1, "dtype": "float32", "hidden_dim": 10,
        "initializer_range": 0.02, "max_position_embeddings": 9, "model_type": "distilbert",
        "n_heads": 3, "n_layers": 2, "pad_token_id": 0, "qa_dropout": 0.1,
        "seq_classif_dropout": 0.2, "sinusoidal_pos_embds": false, "tie_word_embeddings": true,
        "transformers_version": "5.0.0", "vocab_size": 17})");
}

TEST(EncoderFiles, HaveTheConfigsThatTransformersWrites)
{
    ModelConfig headless = toyBert(Task::TextEncoder);
    headless.flavour.initStd = 0.03;
    EXPECT_EQ(read(bertVersion4()).shape, headless.shape);
    EXPECT_EQ(read(bertVersion4()).flavour, headless.flavour);
    EXPECT_EQ(read(robertaVersion5()).shape, toyRoberta().shape);
    EXPECT_EQ(read(robertaVersion5()).flavour, toyRoberta().flavour);
    EXPECT_EQ(read(distilbertVersion5()).shape, toyDistilbert().shape);
    EXPECT_EQ(read(distilbertVersion5()).flavour, toyDistilbert().flavour);
}

TEST(EncoderFiles, TakeTheirTaskFromTheNamedClass)
{
    const auto taskOf = [](const json& document, const char* name) {
        return read(changed(document, "architectures", {name})).flavour.task;
    };
    EXPECT_EQ(taskOf(bertVersion4(), "BertForMaskedLM"), Task::MaskedLanguageModel);
    EXPECT_EQ(taskOf(bertVersion4(), "BertForPreTraining"), Task::MaskedLanguageModel);
    EXPECT_EQ(
        taskOf(bertVersion4(), "BertForSequenceClassification"), Task::SequenceClassification);
    EXPECT_EQ(taskOf(robertaVersion5(), "RobertaModel"), Task::TextEncoder);
    EXPECT_EQ(taskOf(distilbertVersion5(), "DistilBertModel"), Task::TextEncoder);
    EXPECT_EQ(read(changed(bertVersion4(), "architectures", nullptr)).flavour.task,
        Task::MaskedLanguageModel);
    EXPECT_NE(refusal(changed(bertVersion4(), "architectures", {"BertLMHeadModel"}))
                  .find("one of BertForMaskedLM"),
        std::string::npos);
}

TEST(EncoderFiles, OfRobertasKindDifferInTheirNames)
{
    json document = changed(robertaVersion5(), "model_type", "xlm-roberta");
    document["architectures"] = {"XLMRobertaForMaskedLM"};
    EXPECT_EQ(read(document).family, "xlm-roberta");
    EXPECT_EQ(read(document).flavour, toyRoberta().flavour);
    EXPECT_EQ(read(json::parse(writeModelConfig(read(document)))).flavour, toyRoberta().flavour);
    document = changed(robertaVersion5(), "model_type", "camembert");
    document["architectures"] = {"CamembertModel"};
    EXPECT_EQ(read(document).family, "camembert");
    EXPECT_NE(refusal(changed(robertaVersion5(), "model_type", "camembert")), "accepted");
}

TEST(EncoderFiles, NormsAndActivationsAreThoseOfTheConfig)
{
    const json masked = changed(bertVersion4(), "architectures", {"BertForMaskedLM"});
    const Flavour bert = read(changed(masked, "hidden_act", "relu")).flavour;
    EXPECT_EQ(bert.activation, Activation::Relu);
    EXPECT_EQ(bert.headActivation, Activation::Relu);
    const Flavour roberta = read(changed(robertaVersion5(), "hidden_act", "relu")).flavour;
    EXPECT_EQ(roberta.headActivation, Activation::GeluErf);
    EXPECT_EQ(read(changed(robertaVersion5(), "layer_norm_eps", 1e-5)).flavour.normEpsilon, 1e-5);
}

TEST(EncoderFiles, AreRefusedByNameWhereTheirMathsIsUnknown)
{
    EXPECT_EQ(refusal(changed(bertVersion4(), "position_embedding_type", "relative_key")),
        "config.json: position_embedding_type: found \"relative_key\", wanted \"absolute\", other "
        "models are not supported");
    EXPECT_EQ(refusal(changed(bertVersion4(), "is_decoder", true)),
        "config.json: is_decoder: found true, wanted false, other models are not supported");
    EXPECT_EQ(refusal(changed(robertaVersion5(), "max_position_embeddings", 2)),
        "config.json: max_position_embeddings: found 2, wanted more than 2, the rows up to the "
        "padding id's");
    EXPECT_EQ(refusal(changed(distilbertVersion5(), "n_heads", 5)),
        "config.json: n_heads: found 5, wanted a divisor of the hidden size 12");
}

/// Every encoder of this file.
std::vector<ModelConfig> everyEncoder()
{
    std::vector<ModelConfig> all;
    for (const Task task : kTasks)
        for (const auto toy : {toyBert, toyRoberta, toyDistilbert})
            all.push_back(toy(task, {}));
    return all;
}

TEST(EncoderFiles, FreshOnesReadBackTheSame)
{
    for (const ModelConfig& config : everyEncoder()) {
        const Result<ModelConfig> again = readModelConfig(writeModelConfig(config), "config.json");
        ASSERT_TRUE(again.ok()) << again.error().message;
        EXPECT_EQ(again->family, config.family);
        EXPECT_EQ(again->shape, config.shape) << config.family;
        EXPECT_EQ(again->flavour, config.flavour) << config.family;
    }
}

TEST(EncoderFiles, WritingKeepsForeignKeysAndStatesEverySize)
{
    ModelConfig config = read(robertaVersion5());
    config.shape.hidden = 8;
    config.shape.heads = config.shape.kvHeads = 2;
    config.shape.mlp = 6;
    config.shape.layers = 1;
    const json written = json::parse(writeModelConfig(config));
    EXPECT_EQ(written["hidden_size"], 8);
    EXPECT_EQ(written["num_attention_heads"], 2);
    EXPECT_EQ(written["intermediate_size"], 6);
    EXPECT_EQ(written["num_hidden_layers"], 1);
    EXPECT_EQ(written["max_position_embeddings"], 11);
    EXPECT_EQ(written["hidden_dropout_prob"], 0.1);
    EXPECT_EQ(written["pad_token_id"], 1);
}

std::vector<std::string> linesOf(const ModelConfig& config)
{
    std::vector<std::string> lines;
    for (const DiskTensor& tensor : diskTensorsOf(architectureOf(config), config))
        lines.push_back(fmt::format("{} {}", tensor.name, fmt::join(tensor.sizes, "x")));
    return lines;
}

bool holds(const std::vector<std::string>& lines, const std::string& line)
{
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

TEST(EncoderFiles, TensorsOfBertHaveHuggingFacesNames)
{
    const std::vector<std::string> expected = {
        "bert.embeddings.word_embeddings.weight 17x12",
        "bert.embeddings.position_embeddings.weight 9x12",
        "bert.embeddings.token_type_embeddings.weight 2x12",
        "bert.embeddings.LayerNorm.weight 12",
        "bert.embeddings.LayerNorm.bias 12",
        "bert.encoder.layer.0.attention.self.query.weight 12x12",
        "bert.encoder.layer.0.attention.self.query.bias 12",
        "bert.encoder.layer.0.attention.self.key.weight 12x12",
        "bert.encoder.layer.0.attention.self.key.bias 12",
        "bert.encoder.layer.0.attention.self.value.weight 12x12",
        "bert.encoder.layer.0.attention.self.value.bias 12",
        "bert.encoder.layer.0.attention.output.dense.weight 12x12",
        "bert.encoder.layer.0.attention.output.dense.bias 12",
        "bert.encoder.layer.0.attention.output.LayerNorm.weight 12",
        "bert.encoder.layer.0.attention.output.LayerNorm.bias 12",
        "bert.encoder.layer.0.intermediate.dense.weight 10x12",
        "bert.encoder.layer.0.intermediate.dense.bias 10",
        "bert.encoder.layer.0.output.dense.weight 12x10",
        "bert.encoder.layer.0.output.dense.bias 12",
        "bert.encoder.layer.0.output.LayerNorm.weight 12",
        "bert.encoder.layer.0.output.LayerNorm.bias 12",
        "cls.predictions.transform.dense.weight 12x12",
        "cls.predictions.transform.dense.bias 12",
        "cls.predictions.transform.LayerNorm.weight 12",
        "cls.predictions.transform.LayerNorm.bias 12",
        "cls.predictions.bias 17",
    };
    EXPECT_EQ(linesOf(toyBert(Task::MaskedLanguageModel, {.layers = 1})), expected);
}

TEST(EncoderFiles, TensorsOfHeadsFollowTheTask)
{
    const std::vector<std::string> bertClasses = linesOf(toyBert(Task::SequenceClassification));
    EXPECT_TRUE(holds(bertClasses, "bert.pooler.dense.weight 12x12"));
    EXPECT_TRUE(holds(bertClasses, "classifier.weight 7x12"));
    const std::vector<std::string> bertBare = linesOf(toyBert(Task::TextEncoder));
    EXPECT_TRUE(holds(bertBare, "embeddings.LayerNorm.bias 12"));
    EXPECT_TRUE(holds(bertBare, "pooler.dense.weight 12x12"));
    EXPECT_EQ(bertBare.size(), 5U + 2 * 16 + 2);
    const std::vector<std::string> roberta = linesOf(toyRoberta());
    EXPECT_TRUE(holds(roberta, "roberta.embeddings.position_embeddings.weight 11x12"));
    EXPECT_TRUE(holds(roberta, "lm_head.layer_norm.bias 12"));
    EXPECT_TRUE(
        holds(linesOf(toyRoberta(Task::SequenceClassification)), "classifier.out_proj.bias 7"));
    const std::vector<std::string> distilbert = linesOf(toyDistilbert());
    EXPECT_TRUE(holds(distilbert, "distilbert.transformer.layer.1.ffn.lin2.weight 12x10"));
    EXPECT_TRUE(holds(distilbert, "vocab_projector.bias 17"));
    EXPECT_TRUE(
        holds(linesOf(toyDistilbert(Task::SequenceClassification)), "pre_classifier.weight 12x12"));
    EXPECT_EQ(linesOf(toyDistilbert(Task::TextEncoder)).size(), 4U + 2 * 16);
}

TEST(EncoderFiles, AnUntiedHeadHasItsBiasUnderBothNames)
{
    ModelConfig config = toyBert();
    config.flavour.tiedHead = false;
    const std::vector<std::string> lines = linesOf(config);
    EXPECT_TRUE(holds(lines, "cls.predictions.decoder.weight 17x12"));
    EXPECT_TRUE(holds(lines, "cls.predictions.bias 17"));
    EXPECT_TRUE(holds(lines, "cls.predictions.decoder.bias 17"));
    EXPECT_FALSE(holds(linesOf(toyBert()), "cls.predictions.decoder.bias 17"));
}

TEST(EncoderFiles, OldNamesAreReadAndForeignTensorsIgnored)
{
    EXPECT_EQ(tableName(bert(), "bert.embeddings.LayerNorm.gamma"), "embeddings.LayerNorm.weight");
    EXPECT_EQ(tableName(bert(), "encoder.layer.3.output.LayerNorm.beta"),
        "encoder.layer.3.output.LayerNorm.bias");
    EXPECT_EQ(tableName(bert(), "cls.predictions.transform.LayerNorm.gamma"),
        "cls.predictions.transform.LayerNorm.weight");
    EXPECT_EQ(tableName(bert(), "cls.predictions.decoder.bias"), "cls.predictions.bias");
    EXPECT_EQ(tableName(roberta(), "lm_head.decoder.bias"), "lm_head.bias");
    for (const char* name : {"bert.embeddings.position_ids", "cls.seq_relationship.bias",
             "bert.pooler.dense.weight", "classifier.bias"})
        EXPECT_TRUE(isIgnoredTensor(bert(), Task::MaskedLanguageModel, name)) << name;
    EXPECT_TRUE(isIgnoredTensor(bert(), Task::TextEncoder, "cls.predictions.bias"));
    EXPECT_FALSE(isIgnoredTensor(bert(), Task::TextEncoder, "pooler.dense.weight"));
    EXPECT_FALSE(isIgnoredTensor(bert(), Task::TextEncoder, "embeddings.word_embeddings.weight"));
}

TEST(EncoderFiles, FreshOnesStartAsPublished)
{
    const ModelConfig config = toyBert();
    for (const ParameterSpec& spec : parametersOf(config)) {
        const bool gain = spec.kind == ParameterKind::NormGain;
        const bool drawn = spec.kind == ParameterKind::Matrix || spec.kind == ParameterKind::Table;
        EXPECT_EQ(freshInit(config, spec),
            (FreshInit{.mean = gain ? 1.0 : 0.0, .std = drawn ? 0.02 : 0.0}))
            << nameOf(spec.id);
    }
}

} // namespace
} // namespace espalier
