// SPDX-License-Identifier: GPL-3.0-or-later
//
// Expected pieces are those of Hugging Face's tokenizers 0.23.

#include "core/formats/strict_json.h"
#include "core/tokenizers/pre_tokenizer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace espalier {
namespace {

using Pieces = std::vector<std::string>;

constexpr std::string_view kText = "I'm he'LL  x \t\ny 1234 \u00e9!?\u2026 \u4f60\u597d "
                                   "\U0001f44d\U0001f3fd\n\n a\u180eb\u00a0 ";

Result<PreTokenizer> read(std::string_view json)
{
    const nlohmann::json document = parseStrictJson(json, "t").value();
    JsonReader reader("t", document);
    return PreTokenizer::read(&reader.root(), "t");
}

Pieces piecesOf(std::string_view json, std::string_view text)
{
    const Result<PreTokenizer> preTokenizer = read(json);
    if (!preTokenizer)
        return {preTokenizer.error().message};
    Pieces pieces;
    preTokenizer->split(
        {.text = text, .atStart = true}, [&](Piece piece) { pieces.emplace_back(piece.text); });
    return pieces;
}

std::string splitAt(std::string_view pattern, std::string_view behavior, bool invert = false)
{
    return nlohmann::json{{"type", "Split"}, {"pattern", {{"Regex", pattern}}},
        {"behavior", behavior}, {"invert", invert}}
        .dump();
}

TEST(PreTokenizer, CutsAsGpt2Does)
{
    EXPECT_EQ(piecesOf(R"({"type": "ByteLevel", "add_prefix_space": false})", kText),
        (Pieces{"I", "'m", " he", "'", "LL", " ", " x", " \t", "\n", "y", " 1234", " \u00e9",
            "!?\u2026", " \u4f60\u597d", " \U0001f44d\U0001f3fd", "\n\n", " a", "\u180e", "b",
            "\u00a0 "}));
}

TEST(PreTokenizer, PutsASpaceInFrontWhereAsked)
{
    constexpr auto kJson = R"({"type": "ByteLevel", "add_prefix_space": true})";
    EXPECT_EQ(piecesOf(kJson, "a b"), (Pieces{" a", " b"}));
    EXPECT_EQ(piecesOf(kJson, " a"), (Pieces{" a"}));
}

TEST(PreTokenizer, CutsAsLlama3Does)
{
    constexpr auto kPattern = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
                              R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    EXPECT_EQ(piecesOf(splitAt(kPattern, "Isolated"), kText),
        (Pieces{"I", "'m", " he", "'LL", " ", " x", " \t\n", "y", " ", "123", "4", " \u00e9",
            "!?\u2026", " \u4f60\u597d", " \U0001f44d\U0001f3fd\n\n", " a", "\u180eb", "\u00a0 "}));
}

TEST(PreTokenizer, CutsAsBertDoes)
{
    EXPECT_EQ(piecesOf(R"({"type": "BertPreTokenizer"})", kText),
        (Pieces{"I", "'", "m", "he", "'", "LL", "x", "y", "1234", "\u00e9", "!", "?", "\u2026",
            "\u4f60\u597d", "\U0001f44d\U0001f3fd", "a\u180eb"}));
}

TEST(PreTokenizer, CutsIntoWordsAndTheRest)
{
    EXPECT_EQ(piecesOf(R"({"type": "Whitespace"})", kText),
        (Pieces{"I", "'", "m", "he", "'", "LL", "x", "y", "1234", "\u00e9", "!?\u2026",
            "\u4f60\u597d", "\U0001f44d\U0001f3fd", "a", "\u180e", "b"}));
}

TEST(PreTokenizer, CutsAtDigitsOneByOneOrTogether)
{
    EXPECT_EQ(piecesOf(R"({"type": "Digits", "individual_digits": true})", "a12 b"),
        (Pieces{"a", "1", "2", " b"}));
    EXPECT_EQ(piecesOf(R"({"type": "Digits", "individual_digits": false})", "a12 b"),
        (Pieces{"a", "12", " b"}));
}

TEST(PreTokenizer, KeepsAndMergesCutsAsTheirBehaviorSays)
{
    constexpr std::string_view kDashes = "-a--b-c--";
    const auto cut = [&](std::string_view behavior, bool invert) {
        return piecesOf(splitAt("-", behavior, invert), kDashes);
    };
    const Pieces each = {"-", "a", "-", "-", "b", "-", "c", "-", "-"};
    const Pieces before = {"-", "a-", "-", "b-", "c-", "-"};
    const Pieces behind = {"-a", "-", "-b", "-c", "-", "-"};
    EXPECT_EQ(cut("Removed", false), (Pieces{"a", "b", "c"}));
    EXPECT_EQ(cut("Removed", true), (Pieces{"-", "-", "-", "-", "-", "-"}));
    EXPECT_EQ(cut("Isolated", false), each);
    EXPECT_EQ(cut("MergedWithPrevious", false), before);
    EXPECT_EQ(cut("MergedWithPrevious", true), behind);
    EXPECT_EQ(cut("MergedWithNext", false), behind);
    EXPECT_EQ(cut("MergedWithNext", true), before);
    EXPECT_EQ(cut("Contiguous", false), (Pieces{"-", "a", "--", "b", "-", "c", "--"}));
}

TEST(PreTokenizer, CountsEmptyMatchesUnlessTheyTouchTheOneBefore)
{
    EXPECT_EQ(piecesOf(splitAt("a*", "Isolated"), "xaab b"), (Pieces{"x", "aa", "b", " ", "b"}));
    EXPECT_EQ(piecesOf(splitAt("(?=b)", "Isolated"), "xaab b"), (Pieces{"xaa", "b ", "b"}));
}

TEST(PreTokenizer, MarksSpacesAsSentencePieceDoes)
{
    const auto marked = [](std::string_view scheme) {
        return fmt::format(R"({{"type": "Sequence", "pretokenizers": [{{"type": "WhitespaceSplit"}},
            {{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "{}"}}]}})",
            scheme);
    };
    EXPECT_EQ(piecesOf(marked("always"), "ab  c"), (Pieces{"▁ab", "▁c"}));
    EXPECT_EQ(piecesOf(marked("first"), "ab  c"), (Pieces{"▁ab", "c"}));
    EXPECT_EQ(piecesOf(marked("never"), "ab  c"), (Pieces{"ab", "c"}));
    EXPECT_EQ(piecesOf(R"({"type": "Metaspace", "replacement": "▁"})", "ab  c "),
        (Pieces{"▁ab", "▁", "▁c", "▁"}));
    EXPECT_EQ(piecesOf(R"({"type": "Metaspace", "replacement": "▁", "split": false})", "a b"),
        (Pieces{"▁a▁b"}));
}

TEST(PreTokenizer, RefusesPatternsThatRubyReadsOtherwise)
{
    for (const char* pattern : {"\\w+", "\\bx", "^a", "a$", "a{2}+", "[a&&b]", "[[:alpha:]]",
             "(?m:.)", "(?<name>x)", "\\p{^L}", "[a", "(", "\\1"}) {
        const Pieces pieces = piecesOf(splitAt(pattern, "Isolated"), "x");
        ASSERT_EQ(pieces.size(), 1U) << pattern;
        EXPECT_TRUE(pieces[0].starts_with("t: pre_tokenizer: found ")) << pattern << pieces[0];
    }
}

TEST(PreTokenizer, RefusesAnythingBehindByteLevel)
{
    EXPECT_EQ(piecesOf(R"({"type": "Sequence", "pretokenizers":
        [{"type": "ByteLevel", "add_prefix_space": false}, {"type": "Digits"}]})",
                  "x"),
        (Pieces{"t: pre_tokenizer: found Digits behind ByteLevel, wanted ByteLevel last"}));
}

} // namespace
} // namespace espalier
