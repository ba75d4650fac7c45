// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/load_diagnosis.h"

#include "core/architectures/catalog.h"
#include "core/architectures/name_table.h"
#include "core/report/nearest_family.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace espalier {
namespace {

std::vector<StoredHeader> headersOf(const ModelConfig& config)
{
    std::vector<StoredHeader> headers;
    for (const DiskTensor& tensor : diskTensorsOf(architectureOf(config), config))
        headers.push_back({tensor.name, "F32", tensor.sizes});
    return headers;
}

/// A folder with this config.json and these weights.
LoadAttempt attemptOf(const ModelConfig& config, std::vector<StoredHeader> tensors)
{
    LoadAttempt attempt{.model = "toy", .problem = "it did not open"};
    attempt.configText = writeModelConfig(config);
    attempt.config = config;
    attempt.tensors = std::move(tensors);
    attempt.files = {"config.json", "model.safetensors"};
    return attempt;
}

bool says(const LoadDiagnosis& diagnosis, std::string_view words)
{
    return diagnosis.advice.find(words) != std::string::npos;
}

TEST(Diagnose, AWholeModelHasNoFaults)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        const LoadDiagnosis whole = diagnose(attemptOf(config, headersOf(config)));
        EXPECT_EQ(whole.faults.count(), 0) << name;
        ASSERT_TRUE(whole.nearest) << name;
        EXPECT_EQ(whole.nearest->id, config.family) << name;
        EXPECT_EQ(whole.nearest->share(), 1.0) << name;
    }
}

TEST(Diagnose, CountsAndNamesWhatDoesNotFit)
{
    const ModelConfig config = test::toyGpt2();
    std::vector<StoredHeader> tensors = headersOf(config);
    ASSERT_EQ(tensors[2].name, "transformer.h.0.ln_1.weight");
    tensors.erase(tensors.begin() + 2);
    tensors[2].sizes = {13}; // its bias
    tensors[3].dtype = "I8"; // the q|k|v matrix behind it
    tensors.push_back({"transformer.extra", "F32", {4, 5}});
    const LoadDiagnosis diagnosis = diagnose(attemptOf(config, tensors));
    EXPECT_EQ(diagnosis.family, "GPT-2");
    ASSERT_EQ(diagnosis.faults.missing.count, 1);
    EXPECT_EQ(diagnosis.faults.missing.first[0],
        (TensorFault{.name = "transformer.h.0.ln_1.weight", .wanted = {12}}));
    ASSERT_EQ(diagnosis.faults.misshaped.count, 1);
    EXPECT_EQ(describe(diagnosis.faults.misshaped.first[0]),
        "transformer.h.0.ln_1.bias: found F32 [13], wanted [12]");
    ASSERT_EQ(diagnosis.faults.unexpected.count, 1);
    EXPECT_EQ(
        describe(diagnosis.faults.unexpected.first[0]), "transformer.extra: found F32 [4, 5]");
    ASSERT_EQ(diagnosis.faults.wrongType.count, 1);
    EXPECT_EQ(describe(diagnosis.faults.wrongType.first[0]),
        "transformer.h.0.attn.c_attn.weight: found I8 [12, 36]");
    EXPECT_EQ(faultSummary(diagnosis),
        "28 tensors in the files, 28 wanted: 1 missing, 1 unexpected, 1 mis-shaped, 1 of a type "
        "that is not read");
    EXPECT_EQ(
        nearestSummary(diagnosis), "The nearest family by names is GPT-2 (27 of 28 known, 96 %)");
}

TEST(Diagnose, KeepsTheFirstFaultsAndCountsAll)
{
    std::vector<StoredHeader> tensors;
    for (int i = 0; i < 300; ++i)
        tensors.push_back({"x." + std::to_string(i), "F32", {1}});
    const LoadDiagnosis diagnosis = diagnose(attemptOf(test::toyGpt2(), tensors));
    EXPECT_EQ(diagnosis.faults.unexpected.count, 300);
    EXPECT_EQ(diagnosis.faults.unexpected.first.size(), kShownFaults);
    EXPECT_FALSE(diagnosis.nearest);
    const std::string text = textOf(diagnosis, 2);
    EXPECT_NE(text.find("  x.1: found F32 [1]\n  and 298 more\n"), std::string::npos) << text;
    EXPECT_NE(text.find("No family here knows any of the names"), std::string::npos) << text;
}

TEST(Diagnose, AnEncoderMayLackItsPoolerButNotHalfOfIt)
{
    const ModelConfig config = test::toyBert(Task::TextEncoder);
    std::vector<StoredHeader> tensors = headersOf(config);
    std::erase_if(
        tensors, [](const StoredHeader& tensor) { return tensor.name == "pooler.dense.bias"; });
    EXPECT_EQ(diagnose(attemptOf(config, tensors)).faults.missing.count, 1);
    std::erase_if(
        tensors, [](const StoredHeader& tensor) { return tensor.name == "pooler.dense.weight"; });
    EXPECT_EQ(diagnose(attemptOf(config, tensors)).faults.count(), 0);
}

TEST(NearestFamily, GoesByTheShareOfNamesAndAmongKinByWhatIsStated)
{
    const std::vector<StoredHeader> llama = headersOf(test::toyLlama());
    EXPECT_EQ(nearestFamily(llama)->id, "llama"); // first of its kin
    EXPECT_EQ(nearestFamily(llama, "mistral")->id, "mistral"); // as good
    EXPECT_EQ(nearestFamily(headersOf(test::toyGemma2()))->id, "gemma2");
    EXPECT_EQ(nearestFamily(headersOf(test::toyVit()), "gpt2")->id, "vit");
    EXPECT_FALSE(nearestFamily({{"nobody.knows.this", "F32", {1}}}));
}

TEST(NearestFamily, CountsBlocksByTheirNames)
{
    EXPECT_EQ(blocksNamed("gpt2", headersOf(test::toyGpt2({.layers = 5}))), 5);
    EXPECT_EQ(blocksNamed("llama", headersOf(test::toyGpt2({.layers = 5}))), 0);
}

TEST(Advice, NamesBehindAPrefixThatNobodyKnows)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        std::vector<StoredHeader> tensors = headersOf(config);
        for (StoredHeader& tensor : tensors)
            tensor.name = "model.net." + tensor.name;
        EXPECT_EQ(diagnose(attemptOf(config, tensors)).advice,
            "Save the weights under names without \"model.net.\" in front: but for that they fit "
            "config.json.")
            << name;
        tensors.back().sizes.push_back(2);
        EXPECT_FALSE(says(diagnose(attemptOf(config, tensors)), "in front")) << name;
    }
}

TEST(Advice, OneTensorOfOneBlockIsAnotherMatterThanASizeInConfigJson)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        const Architecture& family = architectureOf(config);
        std::vector<StoredHeader> tensors = headersOf(config);
        const auto last =
            std::find_if(tensors.rbegin(), tensors.rend(), [&](const StoredHeader& tensor) {
                return isPerBlock(matchName(family, tensor.name)->row->role);
            });
        ++last->sizes.at(0);
        EXPECT_TRUE(says(diagnose(attemptOf(config, tensors)),
            "Fetch the weights again: 1 of " + std::to_string(tensors.size())
                + " tensors have another shape than the same ones of other blocks."))
            << name;
    }
}

TEST(Advice, ImageModelsWithoutAHead)
{
    const auto adviceWithout = [](const ModelConfig& config, std::string_view head) {
        std::vector<StoredHeader> tensors = headersOf(config);
        std::erase_if(
            tensors, [head](const StoredHeader& tensor) { return tensor.name.starts_with(head); });
        return diagnose(attemptOf(config, tensors));
    };
    EXPECT_TRUE(says(adviceWithout(test::toyVit(), "classifier."),
        "Say \"architectures\": [\"ViTModel\"] in config.json: the weights have no head."));
    EXPECT_TRUE(says(adviceWithout(test::toyDeit3(), "head."), "these end before it"));
}

TEST(Advice, NoConfigJson)
{
    LoadAttempt attempt{.model = "toy", .problem = "no config.json"};
    EXPECT_TRUE(says(diagnose(attempt), "Choose the folder"));
    attempt.files = {"toy-q4.gguf"};
    EXPECT_TRUE(says(diagnose(attempt), "\"toy-q4.gguf\" is not read"));
    attempt.modelFolders = {"pytorch"};
    EXPECT_TRUE(says(diagnose(attempt), "Open the folder \"pytorch\""));
    attempt.tensors = headersOf(test::toyOpt());
    EXPECT_TRUE(says(diagnose(attempt), "their names are those of OPT"));
    attempt.files = {"adapter_config.json"};
    EXPECT_TRUE(says(diagnose(attempt), "adapter"));
}

TEST(Advice, AConfigJsonThatNoFamilyReads)
{
    LoadAttempt attempt{.model = "toy", .problem = "no family"};
    attempt.files = {"config.json"};
    attempt.configText = "{";
    EXPECT_TRUE(says(diagnose(attempt), "Fetch config.json again"));
    attempt.configText = R"({"model_type": "mamba"})";
    EXPECT_TRUE(says(diagnose(attempt), "docs/adding-an-architecture.md"));
    attempt.tensors = headersOf(test::toyLlama());
    EXPECT_TRUE(says(diagnose(attempt), R"("model_type": "llama")"));
    attempt.configText = R"({"model_type": "gpt2"})";
    EXPECT_TRUE(says(diagnose(attempt), "Correct that setting"));
}

TEST(Advice, WeightsThatCannotBeRead)
{
    LoadAttempt attempt = attemptOf(test::toyGpt2(), {});
    attempt.tensors.reset();
    EXPECT_TRUE(says(diagnose(attempt), "Fetch the weights again"));
    attempt.files = {"config.json", "pytorch_model.bin"};
    EXPECT_TRUE(says(diagnose(attempt), "Save the weights as model.safetensors"));
}

TEST(Advice, ConfigAndWeightsOfTwoModels)
{
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyLlama(), headersOf(test::toyBert()))),
        "it means LLaMA, their names are those of BERT"));
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyGpt2({.layers = 3}), headersOf(test::toyGpt2()))),
        "config.json has 3 blocks, the files 2"));
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyGpt2(), headersOf(test::toyGpt2({.layers = 3})))),
        "\"n_layer\" in config.json: the files hold 3 blocks, it has 2"));
    ModelConfig moreWords = test::toyGpt2();
    moreWords.shape.vocab = 19;
    EXPECT_TRUE(says(diagnose(attemptOf(moreWords, headersOf(test::toyGpt2()))),
        "\"vocab_size\" in config.json: it is 19, the weights have 17"));
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyGpt2({.hidden = 16, .heads = 4, .headDim = 4}),
                         headersOf(test::toyGpt2()))),
        "it states other sizes"));
}

TEST(Advice, WeightsOfAnotherHead)
{
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyGpt2({}, false), headersOf(test::toyGpt2()))),
        "\"tie_word_embeddings\" to true"));
    const ModelConfig classifier = test::toyBert(Task::SequenceClassification);
    std::string text = writeModelConfig(classifier);
    const std::string_view name = "BertForSequenceClassification";
    text.replace(text.find(name), name.size(), "BertForMaskedLM");
    LoadAttempt attempt = attemptOf(*readModelConfig(text, "toy"), headersOf(classifier));
    attempt.configText = text;
    EXPECT_TRUE(says(diagnose(attempt), "[\"BertForSequenceClassification\"]"));
}

TEST(Advice, FilesThatAreNotWhole)
{
    std::vector<StoredHeader> tensors = headersOf(test::toyGpt2());
    tensors.erase(tensors.begin() + 3);
    EXPECT_TRUE(says(
        diagnose(attemptOf(test::toyGpt2(), tensors)), "1 of 28 tensors are not in the files"));
    tensors = headersOf(test::toyGpt2());
    tensors[4].dtype = "I8";
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyGpt2(), tensors)), "F32, F16 or BF16"));
    tensors[4].dtype = "F32";
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyGpt2(), tensors)), "named above"));
    tensors.push_back({"transformer.extra", "F32", {4}});
    EXPECT_TRUE(says(diagnose(attemptOf(test::toyGpt2(), tensors)), "Choose another model"));
}

} // namespace
} // namespace espalier
