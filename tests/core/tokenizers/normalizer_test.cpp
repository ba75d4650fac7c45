// SPDX-License-Identifier: GPL-3.0-or-later
//
// Expected texts are those of Hugging Face's tokenizers 0.23.

#include "core/formats/strict_json.h"
#include "core/tokenizers/normalizer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {
namespace {

constexpr std::string_view kText =
    "\x01"
    "Caf\u00e9\u0301 \u0130 \u0391\u03a3 \u4e16\ufb01\u00bd\u200d\t\u00a0\uff38\ufffd ";

std::string normalized(std::string_view json, std::string_view text = kText)
{
    const nlohmann::json document = parseStrictJson(json, "t").value();
    JsonReader reader("t", document);
    const Result<Normalizer> normalizer = Normalizer::read(&reader.root(), "t");
    if (!normalizer)
        return normalizer.error().message;
    if (reader.problem())
        return reader.problem()->message;
    return (*normalizer)(std::string(text));
}

TEST(Normalizer, KnowsUnicodesFourForms)
{
    EXPECT_EQ(normalized(R"({"type": "NFC"})"), kText);
    EXPECT_EQ(normalized(R"({"type": "NFD"})", "\u00e9\u0301 \u0130"), "e\u0301\u0301 I\u0307");
    EXPECT_EQ(normalized(R"({"type": "NFKC"})", "\ufb01\u00bd\u00a0\uff38"), "fi1\u20442 X");
    EXPECT_EQ(normalized(R"({"type": "NFKD"})", "\u00e9\ufb01"), "e\u0301fi");
}

TEST(Normalizer, LowersCharactersOneByOne)
{
    EXPECT_EQ(normalized(R"({"type": "Lowercase"})", "\u0391\u03a3 \u0130 X"),
        "\u03b1\u03c3 i\u0307 x"); // no final sigma
}

TEST(Normalizer, CleansAsBertDoes)
{
    EXPECT_EQ(normalized(R"({"type": "BertNormalizer", "strip_accents": null, "lowercase": true})"),
        "cafe i \u03b1\u03c3  \u4e16 \ufb01\u00bd  \uff58 ");
    EXPECT_EQ(normalized(R"({"type": "BertNormalizer", "lowercase": false})"),
        "Caf\u00e9\u0301 \u0130 \u0391\u03a3  \u4e16 \ufb01\u00bd  \uff38 ");
    EXPECT_EQ(
        normalized(R"({"type": "BertNormalizer", "lowercase": true, "strip_accents": false})"),
        "caf\u00e9\u0301 i\u0307 \u03b1\u03c3  \u4e16 \ufb01\u00bd  \uff58 ");
}

TEST(Normalizer, DoesWhatTheSmallOnesSay)
{
    EXPECT_EQ(normalized(R"({"type": "StripAccents"})", "e\u0301\u0903x"), "ex");
    EXPECT_EQ(normalized(R"({"type": "Prepend", "prepend": "▁"})", "a"), "▁a");
    EXPECT_EQ(normalized(R"({"type": "Prepend", "prepend": "▁"})", ""), "");
    EXPECT_EQ(
        normalized(R"({"type": "Strip", "strip_left": true, "strip_right": true})", "\u00a0 a b\n"),
        "a b");
    EXPECT_EQ(
        normalized(R"({"type": "Strip", "strip_left": false, "strip_right": true})", " a "), " a");
    EXPECT_EQ(
        normalized(R"({"type": "Replace", "pattern": {"String": "."}, "content": "!"})", "a.b"),
        "a!b");
    EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"Regex": "[a-z]+"}, "content": "<>"})",
                  "ab1c"),
        "<>1<>");
    EXPECT_EQ(normalized(R"({"type": "Sequence", "normalizers":
        [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]})",
                  "\u00c9"),
        "e");
}

std::string base64(std::string_view bytes)
{
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char byte : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(byte);
        for (held += 8; held >= 6; held -= 6)
            text += kAlphabet[(bits >> (held - 6)) & 63U];
    }
    if (held > 0)
        text += kAlphabet[(bits << (6 - held)) & 63U];
    return text;
}

/// A double array with one entry, "A" -> "bc": root 0 leads to 0 ^ 1 ^ 'A' = 0x40, that unit's
/// value lies at 0x40 ^ 2.
std::string oneEntryMap()
{
    std::vector<std::uint32_t> trie(0x43, 0);
    trie[0] = 1U << 10;
    trie[0x40] = 'A' | (1U << 8) | (2U << 10);
    trie[0x42] = 1U << 31;
    const auto bytes = static_cast<std::uint32_t>(4 * trie.size());
    std::string blob(reinterpret_cast<const char*>(&bytes), 4);
    blob.append(reinterpret_cast<const char*>(trie.data()), bytes).append("bc", 3);
    return base64(blob);
}

TEST(Normalizer, AppliesPrecompiledCharacterMaps)
{
    const auto mapped = [](const std::string& map, std::string_view text) {
        return normalized(
            R"({"type": "Precompiled", "precompiled_charsmap": ")" + map + "\"}", text);
    };
    EXPECT_EQ(mapped(oneEntryMap(), "xAA\u00e9"), "xbcbc\u00e9");
    EXPECT_EQ(mapped(oneEntryMap(), "A\u0301"), "bc"); // a short cluster is replaced as a whole
    EXPECT_EQ(mapped(oneEntryMap(), "A\u0301\u0301\u0301"), "bc\u0301\u0301\u0301");
    EXPECT_EQ(mapped("CAAAAAAA", "x"),
        "t: normalizer: precompiled_charsmap: found a trie of 8 bytes in 6, wanted one that fits");
    EXPECT_EQ(mapped("*", "x"),
        "t: normalizer: precompiled_charsmap: found other characters, wanted base64");
}

TEST(Normalizer, RefusesOthersByName)
{
    EXPECT_EQ(
        normalized(R"({"type": "Nmt"})").substr(0, 36), "t: type: found \"Nmt\", wanted one of ");
}

} // namespace
} // namespace espalier
