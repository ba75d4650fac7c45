// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/strict_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace espalier {
namespace {

using nlohmann::json;

std::string refusal(std::string_view text, const JsonLimits& limits = {})
{
    const auto document = parseStrictJson(text, "f.json", limits);
    return document ? "accepted" : document.error().message;
}

bool mentions(const std::string& message, std::string_view part)
{
    return message.find(part) != std::string::npos;
}

TEST(StrictJson, ADocumentIsRead)
{
    const auto document =
        parseStrictJson(R"( {"a": [1, -2, 2.5, true, null, "é"], "b": {}} )", "f.json");
    ASSERT_TRUE(document);
    EXPECT_EQ(*document, json({{"a", {1, -2, 2.5, true, nullptr, "é"}}, {"b", json::object()}}));
}

TEST(StrictJson, AValueAfterANestedContainerGoesToItsOwnKey)
{
    const auto document = parseStrictJson(R"({"a":{"b":[[1],{"c":2}]},"d":3})", "f.json");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->dump(), R"({"a":{"b":[[1],{"c":2}]},"d":3})");
}

TEST(StrictJson, IntegersOf64BitsStayExact)
{
    const auto document = parseStrictJson(
        "[9223372036854775807, -9223372036854775808, 18446744073709551615]", "f.json");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->dump(), "[9223372036854775807,-9223372036854775808,18446744073709551615]");
}

TEST(StrictJson, AnIntegerBeyond64BitsIsNoInteger)
{
    const auto document = parseStrictJson("[1000000000000000019884624838656]", "f.json");
    ASSERT_TRUE(document);
    EXPECT_TRUE((*document)[0].is_number_float());
}

TEST(StrictJson, ADuplicateKeyIsRefusedWithItsPlace)
{
    EXPECT_EQ(refusal("{\"a\": 1,\n \"a\": 2}"),
        "f.json: line 2, byte 13: key \"a\" appears twice, wanted once");
    EXPECT_TRUE(mentions(refusal(R"([{"x":{"k":1,"k":1}}])"), "appears twice"));
}

TEST(StrictJson, TheSameKeyInTwoObjectsIsFine)
{
    EXPECT_EQ(refusal(R"([{"a":1},{"a":2}])"), "accepted");
}

TEST(StrictJson, DeepNestingIsRefused)
{
    EXPECT_TRUE(mentions(refusal(std::string(100'000, '[')), "nested deeper than 64 levels"));
    EXPECT_EQ(refusal("[[[]]]", {.maxDepth = 3}), "accepted");
    EXPECT_TRUE(mentions(refusal("[[[[]]]]", {.maxDepth = 3}), "nested deeper than 3"));
}

TEST(StrictJson, TooManyBytesOrValuesAreRefused)
{
    EXPECT_EQ(refusal("[1, 2, 3]", {.maxBytes = 8}), "f.json: 9 bytes of JSON, wanted at most 8");
    EXPECT_TRUE(mentions(refusal("[1, 2, 3]", {.maxValues = 3}), "more than 3 values"));
    EXPECT_EQ(refusal("[1, 2]", {.maxValues = 3}), "accepted");
}

TEST(StrictJson, WhatIsNotJsonIsRefused)
{
    for (const std::string_view text : {"", " ", "{", "[1,]", "{\"a\"}", "nul", "'a'", "NaN",
             "[Infinity]", "// x\n1", "1 2", "[1e999]", "01", "\"\n\""})
        EXPECT_TRUE(mentions(refusal(text), "not JSON: ")) << text;
}

TEST(StrictJson, ANulByteDoesNotHideWhatFollows)
{
    EXPECT_TRUE(
        mentions(refusal(std::string_view("{}\0garbage", 10)), "byte 2: not JSON: a NUL byte"));
}

TEST(StrictJson, WhatIsNotUtf8IsRefused)
{
    EXPECT_EQ(refusal("{\"a\": \"\xFF\"}"), "f.json: line 1, byte 7: not UTF-8");
    EXPECT_TRUE(mentions(refusal("\xEF\xBB\xBF{}"), "byte order mark"));
    EXPECT_TRUE(mentions(refusal(R"("\ud800")"), "not JSON"));
}

TEST(StrictJson, AMessageNeverHoldsControlCharacters)
{
    for (const char c : refusal("[\"\x1B[31m\"]"))
        EXPECT_GE(static_cast<unsigned char>(c), 0x20u);
}

TEST(StrictJson, WritingSortsKeysAndReadsBackBitForBit)
{
    const json document = {{"b", 0.1}, {"a", {1, "x"}}, {"c", 9007199254740993}};
    const std::string text = writeJson(document);
    EXPECT_EQ(text,
        "{\n  \"a\": [\n    1,\n    \"x\"\n  ],\n  \"b\": 0.1,\n  \"c\": 9007199254740993\n}\n");
    const auto again = parseStrictJson(text, "f.json");
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, document);
}

TEST(StrictJson, AnOrderedDocumentKeepsItsOrder)
{
    nlohmann::ordered_json document;
    document["z"] = 1;
    document["a"] = 2;
    EXPECT_EQ(writeJson(document), "{\n  \"z\": 1,\n  \"a\": 2\n}\n");
}

TEST(StrictJson, AFileIsReadUpToItsLimit)
{
    const std::filesystem::path path =
        std::filesystem::path(testing::TempDir()) / "espalier_strict.json";
    std::ofstream(path) << "[1,2,3]";
    const auto whole = readJsonFile(path, 7);
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->size(), 3u);
    const auto tooLong = readJsonFile(path, 6);
    ASSERT_FALSE(tooLong);
    EXPECT_EQ(tooLong.error().message,
        path.string() + ": more than 6 bytes of JSON, wanted at most that");
    std::filesystem::remove(path);
}

TEST(StrictJson, AMissingFileAndAFolderAreRefused)
{
    EXPECT_EQ(readJsonFile("/nowhere/c.json").error().message,
        "/nowhere/c.json: no such file, wanted a JSON file");
    EXPECT_EQ(readJsonFile("/").error().message, "/: not a file, wanted a JSON file");
}

} // namespace
} // namespace espalier
