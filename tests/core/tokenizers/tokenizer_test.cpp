// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/tokenizer.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <thread>

namespace espalier {
namespace {

using Ids = std::vector<TokenId>;
using nlohmann::json;

json byteLevelBpe()
{
    return {{"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
        {"decoder", {{"type", "ByteLevel"}}},
        {"model",
            {{"type", "BPE"},
                {"vocab",
                    {{"l", 0}, {"o", 1}, {"w", 2}, {"e", 3}, {"r", 4}, {"Ġ", 5}, {"lo", 6},
                        {"low", 7}, {"er", 8}, {"Ġlow", 9}, {"Ã", 10}, {"©", 11}}},
                {"merges", {"l o", "lo w", "e r", "Ġ low"}}}}};
}

json bert()
{
    return {{"normalizer", {{"type", "BertNormalizer"}, {"lowercase", true}}},
        {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
        {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}}},
        {"post_processor",
            {{"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}}},
        {"added_tokens",
            {{{"id", 2}, {"content", "[CLS]"}, {"special", true}},
                {{"id", 3}, {"content", "[SEP]"}, {"special", true}},
                {{"id", 9}, {"content", "[MASK]"}, {"special", true}, {"lstrip", true}}}},
        {"model",
            {{"type", "WordPiece"}, {"unk_token", "[UNK]"}, {"continuing_subword_prefix", "##"},
                {"max_input_chars_per_word", 10},
                {"vocab",
                    {{"[PAD]", 0}, {"[UNK]", 1}, {"[CLS]", 2}, {"[SEP]", 3}, {"un", 4},
                        {"##aff", 5}, {"##able", 6}, {"##a", 7}, {"!", 8}}}}}};
}

/// A folder with one tokenizer.json.
class Written
{
public:
    explicit Written(const json& document)
    {
        m_folder.write("tokenizer.json", document.dump());
    }
    [[nodiscard]] Result<Tokenizer> open() const
    {
        return openTokenizer(m_folder.path());
    }
    [[nodiscard]] std::string problem() const
    {
        const Result<Tokenizer> tokenizer = open();
        if (tokenizer)
            return "";
        const std::string& message = tokenizer.error().message;
        const std::string name = (m_folder.path() / "tokenizer.json").string() + ": ";
        return message.starts_with(name) ? message.substr(name.size()) : message;
    }

private:
    TemporaryFolder m_folder;
};

Tokenizer opened(const json& document)
{
    return Written(document).open().value();
}

TEST(Tokenizer, MergesPairsInOrderOfTheirRank)
{
    const Tokenizer tokenizer = opened(byteLevelBpe());
    EXPECT_EQ(tokenizer.kind(), "byte-level BPE");
    EXPECT_EQ(tokenizer.vocabularySize(), 12);
    EXPECT_EQ(tokenizer.encode("low lower lo").value(), (Ids{7, 9, 8, 5, 6}));
    EXPECT_EQ(tokenizer.encode("\u00e9").value(), (Ids{10, 11})); // the bytes c3 a9
    EXPECT_EQ(tokenizer.encode("lxo").value(), (Ids{6})); // as in tokenizers, x has no token at all
    EXPECT_EQ(tokenizer.encode("").value(), Ids());
    EXPECT_EQ(tokenizer.decode(Ids{7, 9, 8, 5, 10, 11}), "low lower \u00e9");
    EXPECT_EQ(tokenizer.decode(Ids{10}), "\ufffd");
    EXPECT_EQ(tokenizer.piece(9), "Ġlow");
}

TEST(Tokenizer, TakesTheLowestRankBeforeTheLeftmostPair)
{
    json document = byteLevelBpe();
    document["model"]["vocab"] = {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"bc", 4}};
    document["model"]["merges"] = json::array({json::array({"b", "c"}), json::array({"a", "b"})});
    EXPECT_EQ(opened(document).encode("abc").value(), (Ids{0, 4}));
    EXPECT_EQ(opened(document).encode("abab").value(), (Ids{3, 3}));
    document["model"]["vocab"]["abc"] = 5;
    document["model"]["ignore_merges"] = true;
    EXPECT_EQ(opened(document).encode("abc").value(), (Ids{5}));
}

TEST(Tokenizer, FallsBackToBytesAndToTheUnknown)
{
    json document = {{"model",
        {{"type", "BPE"}, {"unk_token", "<unk>"}, {"byte_fallback", true},
            {"vocab", {{"<unk>", 0}, {"a", 1}, {"<0xC3>", 2}, {"<0xA9>", 3}}},
            {"merges", json::array()}}}};
    EXPECT_EQ(opened(document).encode("a\u00e9xxa").value(), (Ids{1, 2, 3, 0, 0, 1}));
    document["model"]["fuse_unk"] = true;
    EXPECT_EQ(opened(document).encode("axxa").value(), (Ids{1, 0, 1}));
    EXPECT_EQ(opened(document).specialTokens().unk, 0);
}

TEST(Tokenizer, SpellsWordsWithTheLongestPieces)
{
    const Tokenizer tokenizer = opened(bert());
    EXPECT_EQ(tokenizer.kind(), "WordPiece");
    EXPECT_EQ(
        tokenizer.encode("UNaffable!", Around::SpecialTokens).value(), (Ids{2, 4, 5, 6, 8, 3}));
    EXPECT_EQ(tokenizer.encode("una unx").value(), (Ids{4, 7, 1})); // a word is known or not
    EXPECT_EQ(tokenizer.encode("unaaaaaaaaa").value(), (Ids{1})); // 11 characters
    EXPECT_EQ(tokenizer.decode(Ids{2, 4, 5, 6, 8, 3}), "unaffable!");
}

TEST(Tokenizer, FindsSpecialTokensInTheText)
{
    const Tokenizer tokenizer = opened(bert());
    EXPECT_EQ(tokenizer.encode("[CLS]un  [MASK] un[MAS").value(), (Ids{2, 4, 9, 4, 1, 1}));
    EXPECT_EQ(tokenizer.vocabularySize(), 10);
    const SpecialTokenIds expected = {.mask = 9, .cls = 2, .sep = 3, .unk = 1};
    EXPECT_EQ(tokenizer.specialTokens(), expected);
    EXPECT_TRUE(tokenizer.isSpecial(9));
    EXPECT_FALSE(tokenizer.isSpecial(4));
}

TEST(Tokenizer, LooksForNormalizedTokensInTheNormalizedText)
{
    json document = bert();
    document["added_tokens"].push_back(
        {{"id", 10}, {"content", "Caf\u00e9"}, {"normalized", true}, {"single_word", true}});
    const Tokenizer tokenizer = opened(document);
    EXPECT_EQ(tokenizer.encode("un CAFE un").value(), (Ids{4, 10, 4}));
    EXPECT_EQ(tokenizer.encode("cafes").value(), (Ids{1}));
    EXPECT_EQ(tokenizer.piece(10), "cafe");
}

TEST(Tokenizer, FindsTheLikeliestSpelling)
{
    const auto scored = [](const char* text, double score) {
        return json::array({text, score});
    };
    const json document = {{"pre_tokenizer", {{"type", "Metaspace"}, {"replacement", "▁"}}},
        {"decoder", {{"type", "Metaspace"}, {"replacement", "▁"}}},
        {"model",
            {{"type", "Unigram"}, {"unk_id", 0},
                {"vocab",
                    json::array({scored("<unk>", 0), scored("▁", -2), scored("a", -3),
                        scored("b", -3), scored("ab", -4), scored("▁a", -4.5)})}}}};
    const Tokenizer tokenizer = opened(document);
    EXPECT_EQ(tokenizer.encode("ab").value(), (Ids{1, 4})); // -2 - 4 beats -4.5 - 3
    EXPECT_EQ(tokenizer.encode("a").value(), (Ids{5})); // -4.5 beats -2 - 3
    EXPECT_EQ(tokenizer.encode("axyb").value(), (Ids{5, 0, 3})); // one unknown for two
    EXPECT_EQ(tokenizer.decode(Ids{1, 4, 5}), "ab a");
}

TEST(Tokenizer, SurroundsTextsAsTheTemplateSays)
{
    json document = byteLevelBpe();
    document["post_processor"] = {{"type", "TemplateProcessing"},
        {"single",
            {{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}},
                {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
        {"pair", json::array()},
        {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {3}}, {"tokens", {"<s>"}}}}}}};
    EXPECT_EQ(opened(document).encode("o", Around::SpecialTokens).value(), (Ids{3, 1}));
    EXPECT_EQ(opened(document).encode("o", Around::Nothing).value(), (Ids{1}));
}

TEST(Tokenizer, GivesTheSameFromManyThreadsAndWithManyWords)
{
    const Tokenizer tokenizer = opened(byteLevelBpe());
    std::string text;
    Ids expected;
    for (int i = 0; i < 70000; ++i) { // more words than the cache holds
        text += " ";
        expected.push_back(5);
        for (int bit = 0; bit < 17; ++bit) {
            text += ((i >> bit) & 1) != 0 ? "w" : "e";
            expected.push_back(((i >> bit) & 1) != 0 ? 2 : 3);
        }
    }
    std::vector<std::thread> threads;
    std::vector<Ids> found(3);
    for (Ids& ids : found)
        threads.emplace_back([&] { ids = tokenizer.encode(text).value(); });
    for (std::thread& thread : threads)
        thread.join();
    for (const Ids& ids : found)
        EXPECT_TRUE(ids == expected);
}

TEST(Tokenizer, RefusesTextThatIsNotUtf8)
{
    const Result<Ids> ids = opened(byteLevelBpe()).encode("lo\xff");
    ASSERT_FALSE(ids);
    EXPECT_EQ(ids.error().code, ErrorCode::Refused);
    EXPECT_EQ(ids.error().message, "text: byte 2 is \"\\xff\", wanted UTF-8");
}

TEST(Tokenizer, RefusesWhatItDoesNotDoByName)
{
    const auto problemOf = [](const char* pointer, const json& value) {
        json document = byteLevelBpe();
        document[json::json_pointer(pointer)] = value;
        return Written(document).problem();
    };
    EXPECT_TRUE(problemOf("/normalizer",
        {{"type",
            "Nmt"}}).starts_with("normalizer.type: found \"Nmt\", wanted one of "));
    EXPECT_EQ(problemOf("/model/type", "WordLevel"),
        "model.type: found \"WordLevel\" with ByteLevel, wanted BPE");
    EXPECT_EQ(problemOf("/model/dropout", 0.1),
        "model.dropout: found a number, wanted null (merges at random)");
    EXPECT_NE(problemOf("/model/shuffle", true).find("shuffle"), std::string::npos);
    EXPECT_EQ(problemOf("/model/merges/0", "l x"),
        "model.merges[0]: found \"x\", wanted a token of the vocabulary");
    EXPECT_EQ(problemOf("/model/vocab/lo", 7),
        "model.vocab: found 7 twice (\"lo\" and \"low\"), wanted once");
    EXPECT_TRUE(problemOf("/model/vocab/lo", -1)
                    .starts_with("model.vocab: \"lo\": found -1, wanted a number from 0 to "));
    EXPECT_EQ(problemOf("/added_tokens", {{{"id", 77}, {"content", "<x>"}}}),
        "added_tokens: \"<x>\": found number 77, wanted 12 (the vocabulary's own, or the next free "
        "one)");
    EXPECT_TRUE(
        problemOf("/decoder", {{"type", "CTC"}}).starts_with("decoder.type: found \"CTC\""));
    EXPECT_EQ(problemOf("/truncation", {{"max_length", 5}}), "");
}

TEST(Tokenizer, FitsAnEmbeddingWithRowsEnough)
{
    const Tokenizer tokenizer = opened(byteLevelBpe());
    EXPECT_TRUE(fitsEmbedding(tokenizer, 12));
    EXPECT_TRUE(fitsEmbedding(tokenizer, 128));
    const Status fits = fitsEmbedding(tokenizer, 11);
    ASSERT_FALSE(fits);
    EXPECT_EQ(fits.error().message,
        "tokenizer.json: found token numbers up to 11, wanted below 11 (the model's vocabulary)");
}

} // namespace
} // namespace espalier
