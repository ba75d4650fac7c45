// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/tokenizer.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <cstring>

namespace espalier {
namespace {

using Ids = std::vector<TokenId>;

void writeGpt2(const TemporaryFolder& folder)
{
    folder.write("vocab.json",
        R"({"<s>": 0, "</s>": 1, "a": 2, "b": 3, "\u0120": 4, "ab": 5, "<|endoftext|>": 6, "<mask>": 7,
            "<pad>": 8, "<unk>": 9})");
    folder.write("merges.txt", "#version: 0.2\na b\n");
}

TEST(OpenTokenizer, ReadsVocabularyAndMergesAsGpt2)
{
    const TemporaryFolder folder;
    writeGpt2(folder);
    folder.write("config.json", R"({"model_type": "gpt2"})");
    const Tokenizer tokenizer = openTokenizer(folder.path()).value();
    EXPECT_EQ(tokenizer.source(), "vocab.json");
    EXPECT_EQ(
        tokenizer.encode("ab ab<|endoftext|>", Around::SpecialTokens).value(), (Ids{5, 4, 5, 6}));
    EXPECT_EQ(tokenizer.specialTokens().eos, 6);
    EXPECT_EQ(tokenizer.decode(Ids{5, 4, 5, 6}), "ab ab");
}

TEST(OpenTokenizer, ReadsVocabularyAndMergesAsRoberta)
{
    const TemporaryFolder folder;
    writeGpt2(folder);
    folder.write("tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizer"})");
    const Tokenizer tokenizer = openTokenizer(folder.path()).value();
    EXPECT_EQ(tokenizer.encode("ab", Around::SpecialTokens).value(), (Ids{0, 5, 1}));
    const SpecialTokenIds expected = {
        .pad = 8, .mask = 7, .cls = 0, .sep = 1, .bos = 0, .eos = 1, .unk = 9};
    EXPECT_EQ(tokenizer.specialTokens(), expected);
}

TEST(OpenTokenizer, RefusesOlderFilesOfOtherClasses)
{
    const TemporaryFolder folder;
    writeGpt2(folder);
    folder.write("tokenizer_config.json", R"({"tokenizer_class": "CLIPTokenizer"})");
    const Result<Tokenizer> tokenizer = openTokenizer(folder.path());
    ASSERT_FALSE(tokenizer);
    EXPECT_NE(tokenizer.error().message.find("tokenizer_class: found \"CLIPTokenizer\", wanted "
                                             "GPT2Tokenizer, RobertaTokenizer or Qwen2Tokenizer"),
        std::string::npos);
}

TEST(OpenTokenizer, ReadsBertsVocabulary)
{
    const TemporaryFolder folder;
    folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncafe\nCafe\n##s\n");
    const Tokenizer lower = openTokenizer(folder.path()).value();
    EXPECT_EQ(lower.encode("Caf\u00e9s", Around::SpecialTokens).value(), (Ids{2, 5, 7, 3}));
    EXPECT_EQ(lower.specialTokens().mask, 4);
    folder.write("tokenizer_config.json",
        R"({"tokenizer_class": "BertTokenizerFast", "do_lower_case": false, "strip_accents": true})");
    const Tokenizer cased = openTokenizer(folder.path()).value();
    EXPECT_EQ(cased.encode("Caf\u00e9s").value(), (Ids{6, 7}));
    folder.write("tokenizer_config.json", R"({"do_basic_tokenize": false})");
    EXPECT_FALSE(openTokenizer(folder.path()));
}

/// What protocol buffers call a length-delimited field.
std::string field(int number, std::string_view bytes)
{
    return std::string(1, static_cast<char>(number << 3 | 2))
        + std::string(1, static_cast<char>(bytes.size())) + std::string(bytes);
}

std::string number(int number, int value)
{
    return std::string(1, static_cast<char>(number << 3))
        + std::string(1, static_cast<char>(value));
}

/// A ModelProto of sentencepiece: pieces with score and type (1 normal, 2 unknown, 3 control).
std::string piece(std::string_view text, float score, int type)
{
    std::string bytes(4, '\0');
    std::memcpy(bytes.data(), &score, 4);
    return field(1, field(1, text) + "\x15" + bytes + number(3, type));
}

std::string sentencePieceModel()
{
    constexpr int kBpe = 2;
    return piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3) + piece("▁a", -1, 1)
        + piece("▁", -2, 1) + piece("a", -3, 1) + piece("b", -4, 1) + field(2, number(3, kBpe))
        + field(3, number(3, 1) + number(4, 1) + number(5, 1));
}

TEST(OpenTokenizer, ReadsSentencePieceModelsOfLlamas)
{
    const TemporaryFolder folder;
    folder.write("tokenizer.model", sentencePieceModel());
    folder.write("config.json", R"({"model_type": "llama"})");
    const Tokenizer tokenizer = openTokenizer(folder.path()).value();
    EXPECT_EQ(tokenizer.kind(), "SentencePiece");
    EXPECT_EQ(tokenizer.vocabularySize(), 7);
    EXPECT_EQ(tokenizer.encode("ab a", Around::SpecialTokens).value(), (Ids{1, 3, 6, 3}));
    EXPECT_EQ(tokenizer.encode("a</s>").value(), (Ids{3, 2}));
    EXPECT_EQ(tokenizer.decode(Ids{1, 3, 6, 3}), "ab a");
    const SpecialTokenIds expected = {.bos = 1, .eos = 2, .unk = 0};
    EXPECT_EQ(tokenizer.specialTokens(), expected);
    folder.write("tokenizer_config.json", R"({"add_bos_token": false, "add_eos_token": true})");
    EXPECT_EQ(openTokenizer(folder.path()).value().encode("a", Around::SpecialTokens).value(),
        (Ids{3, 2}));
}

TEST(OpenTokenizer, RefusesSentencePieceModelsThatItWouldReadWrong)
{
    const TemporaryFolder folder;
    folder.write("tokenizer.model", sentencePieceModel());
    EXPECT_FALSE(openTokenizer(folder.path())) << "no family";
    folder.write("config.json", R"({"model_type": "t5"})");
    EXPECT_FALSE(openTokenizer(folder.path())) << "its numbers are shifted";
    folder.write("config.json", R"({"model_type": "llama"})");
    folder.write("tokenizer_config.json", R"({"legacy": false})");
    EXPECT_FALSE(openTokenizer(folder.path()));
    folder.write("tokenizer_config.json", "{}");
    folder.write("tokenizer.model", "not a model");
    EXPECT_FALSE(openTokenizer(folder.path()));
}

TEST(OpenTokenizer, PrefersTheNewestFileAndKnowsWhenThereIsNone)
{
    const TemporaryFolder folder;
    EXPECT_FALSE(hasTokenizer(folder.path()));
    EXPECT_FALSE(openTokenizer(folder.path()));
    folder.write("vocab.json", "{}");
    EXPECT_FALSE(hasTokenizer(folder.path())) << "merges.txt is missing";
    folder.write("vocab.txt", "[UNK]\n");
    EXPECT_TRUE(hasTokenizer(folder.path()));
    EXPECT_EQ(openTokenizer(folder.path()).value().source(), "vocab.txt");
    folder.write("tokenizer.json", "{");
    EXPECT_FALSE(openTokenizer(folder.path())) << "broken, and not passed over";
}

TEST(OpenTokenizer, TakesRolesFromTheConfig)
{
    const TemporaryFolder folder;
    folder.write(
        "tokenizer.json", R"({"model": {"type": "BPE", "vocab": {"<s>": 0, "</s>": 1, "x": 2},
        "merges": []}, "added_tokens": [{"id": 0, "content": "<s>", "special": true}]})");
    EXPECT_EQ(openTokenizer(folder.path()).value().specialTokens().bos, 0) << "its usual name";
    folder.write("tokenizer_config.json",
        R"({"bos_token": {"content": "</s>"}, "pad_token": "x", "sep_token": null})");
    const SpecialTokenIds expected = {.pad = 2, .bos = 1};
    EXPECT_EQ(openTokenizer(folder.path()).value().specialTokens(), expected);
}

} // namespace
} // namespace espalier
