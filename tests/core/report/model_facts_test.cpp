// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/model_facts.h"

#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

ModelSummary summaryOf(const ModelConfig& config)
{
    ModelSummary model;
    model.config = config;
    return model;
}

bool has(const std::string& text, std::string_view words)
{
    return text.find(words) != std::string::npos;
}

TEST(HeadFact, TellsTyingAndClasses)
{
    EXPECT_EQ(headFact(test::toyGpt2()).text, "tied head");
    EXPECT_EQ(headFact(test::toyGpt2({}, false)).text, "own head");
    EXPECT_EQ(headFact(test::toyVit()).text, "7 classes");
    EXPECT_EQ(headFact(test::toyBert(Task::TextEncoder)).text, "no head");
}

TEST(DescribeHeads, TellsWhoSharesKeysAndValues)
{
    EXPECT_EQ(describeHeads(test::toyGpt2().shape),
        "3 heads of 4 channels, each with keys and values of its own.");
    EXPECT_EQ(describeHeads(test::toyLlama().shape),
        "3 heads of 4 channels share one group of keys and values.");
    const ModelShape grouped = test::toyGroupedLlama().shape;
    EXPECT_TRUE(has(describeHeads(grouped), "share 2 groups of keys and values, 2 heads each."));
}

TEST(TypeFact, NamesTheTypesBySizeAndLeavesOutWhatIsNotRead)
{
    ModelSummary model = summaryOf(test::toyGpt2());
    model.tensors = {{"a", ParameterId{Role::TokenEmbedding, -1}, "F16", {10}, 20, "x"},
        {"b", ParameterId{Role::FinalNormGain, -1}, "F32", {2}, 8, "x"},
        {"c", std::nullopt, "U8", {99}, 99, "y"}};
    EXPECT_EQ(typeFact(model).text, "F16 and F32");
    EXPECT_EQ(typeFact(model).help, "Stored in 2 files. 127 bytes. Computed with in F32.");
}

TEST(InputFact, WarnsOfTokensThatTheEmbeddingLacks)
{
    ModelSummary model = summaryOf(test::toyGpt2());
    EXPECT_TRUE(inputFact(model).warns); // 17 words, and nothing that says which
    EXPECT_EQ(inputFact(model).text, "No tokenizer");
    model.inputs.tokenizer = TokenizerSummary{"byte-level BPE", "tokenizer.json", 17};
    EXPECT_EQ(inputFact(model).text, "Byte-level BPE, 17 tokens");
    EXPECT_FALSE(inputFact(model).warns);
    model.inputs.tokenizer->tokens = 12;
    EXPECT_TRUE(has(inputFact(model).help, "5 of them are never asked for"));
    EXPECT_FALSE(inputFact(model).warns);
    model.inputs.tokenizer->tokens = 1018;
    EXPECT_EQ(inputFact(model).text, "1\u202F018 tokens, 17 rows");
    EXPECT_TRUE(inputFact(model).warns);
    model.inputs.problem = "tokenizer.json: line 1";
    EXPECT_EQ(inputFact(model).help, "tokenizer.json: line 1");
    EXPECT_TRUE(inputFact(model).warns);
}

TEST(InputFact, BytesNeedNoTokenizerAndPicturesHaveNone)
{
    ModelConfig bytes = test::toyGpt2();
    bytes.shape.vocab = 256;
    EXPECT_EQ(inputFact(summaryOf(bytes)).text, "Bytes are tokens");
    EXPECT_FALSE(inputFact(summaryOf(bytes)).warns);
    EXPECT_EQ(inputFact(summaryOf(test::toyVit())).text, "8 × 4 pixels, patches of 4 × 2");
}

TEST(ReachFact, NamesTheStepOfTheWidthAndTheMethodsThatDoNotServe)
{
    const ModelFact gpt2 = reachFact(test::toyGpt2());
    EXPECT_TRUE(has(gpt2.text, "Width in 4s · ")) << gpt2.text;
    EXPECT_TRUE(has(gpt2.help, "multiple of 4")) << gpt2.help;
    EXPECT_TRUE(has(gpt2.help, "Not SliceGPT (PCA): only Rms norms pass a rotation")) << gpt2.help;
    EXPECT_FALSE(has(reachFact(test::toyLlama()).help, "SliceGPT"));
    EXPECT_TRUE(has(reachFact(test::toyBert(Task::TextEncoder)).help, "needs a loss"));
}

TEST(LimitFacts, SayWhatIsMissingWithoutAHeadOfTokens)
{
    EXPECT_TRUE(limitFacts(test::toyGpt2()).empty());
    EXPECT_TRUE(limitFacts(test::toyVit()).empty());
    EXPECT_EQ(limitFacts(test::toyBert()).at(0).text, "Fills in masks, writes no text");
    EXPECT_EQ(limitFacts(test::toyBert(Task::TextEncoder)).at(0).text, "No head, so no loss");
}

TEST(ModelFacts, TellTheLastStepByWhichAModelCameAbout)
{
    ModelSummary model;
    EXPECT_EQ(lineageFact(model).text, "");
    ModelShape shape;
    shape.layers = 2;
    shape.hidden = 8;
    model.lineage = {{.made = "b.json", .method = "Net2Net", .parent = "a.json", .shape = shape},
        {.made = "a.json", .method = "Random", .parent = "m", .shape = shape}};
    EXPECT_EQ(lineageFact(model).text, "Net2Net of a.json");
    EXPECT_EQ(lineageFact(model).help,
        "b.json: Net2Net of a.json, 2 blocks × 8\na.json: Random of m, 2 blocks × 8");
}

} // namespace
} // namespace espalier
