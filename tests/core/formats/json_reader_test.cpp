// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/json_reader.h"

#include "core/formats/strict_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>

namespace espalier {
namespace {

/// What finish() says after `read` has asked the root of `text`.
std::string verdict(std::string_view text, const std::function<void(ObjectReader&)>& read,
    JsonReader::UnknownKeys unknownKeys = JsonReader::UnknownKeys::Refuse)
{
    const nlohmann::json document = parseStrictJson(text, "recipe.json").value();
    JsonReader reader("recipe.json", document, unknownKeys);
    read(reader.root());
    const Status finished = reader.finish();
    return finished ? "ok" : finished.error().message;
}

std::string hiddenVerdict(std::string_view value)
{
    return verdict(R"({"shape": {"hidden": )" + std::string(value) + "}}", [](ObjectReader& root) {
        (void)root.requiredObject("shape").requiredInteger("hidden", 1, 1048576);
    });
}

TEST(JsonReader, ValuesOfEveryTypeAreRead)
{
    const auto read = [](ObjectReader& root) {
        EXPECT_EQ(root.requiredInteger("i", 0, 9), 7);
        EXPECT_EQ(root.requiredNumber("n"), 2.0);
        EXPECT_TRUE(root.requiredBool("b"));
        EXPECT_EQ(root.requiredString("s"), "x");
        EXPECT_EQ(root.requiredIntegers("is", 0, 9), (std::vector<std::int64_t>{1, 2}));
        EXPECT_EQ(root.requiredNumbers("ns"), (std::vector<double>{1.5, 2}));
        EXPECT_EQ(root.requiredStrings("ss"), (std::vector<std::string>{"p", "q"}));
        const std::vector<std::string> choices = {"left", "right"};
        EXPECT_EQ(root.requiredChoice("c", choices), 1u);
        const auto objects = root.requiredObjects("os");
        ASSERT_EQ(objects.size(), 2u);
        EXPECT_EQ(objects[1]->requiredInteger("k", 0, 9), 4);
        EXPECT_EQ(objects[0]->optionalInteger("k", 0, 9), std::nullopt);
        ASSERT_NE(root.anything("free"), nullptr);
    };
    EXPECT_EQ(
        verdict(R"({"i":7,"n":2,"b":true,"s":"x","is":[1,2],"ns":[1.5,2],"ss":["p","q"],"c":"right",
                         "os":[{},{"k":4}],"free":{"any":[1]}})",
            read),
        "ok");
}

TEST(JsonReader, AWrongTypeNamesKeyFoundAndWanted)
{
    EXPECT_EQ(hiddenVerdict("\"abc\""),
        "recipe.json: shape.hidden: found \"abc\", wanted an integer from 1 to 1048576");
    EXPECT_EQ(hiddenVerdict("[1,2]"),
        "recipe.json: shape.hidden: found an array of 2, wanted an integer from 1 to 1048576");
    EXPECT_EQ(hiddenVerdict("true"),
        "recipe.json: shape.hidden: found true, wanted an integer from 1 to 1048576");
}

TEST(JsonReader, IntegersOutOfRangeAreRefused)
{
    EXPECT_EQ(hiddenVerdict("0"),
        "recipe.json: shape.hidden: found 0, wanted an integer from 1 to 1048576");
    EXPECT_EQ(hiddenVerdict("-1"),
        "recipe.json: shape.hidden: found -1, wanted an integer from 1 to 1048576");
    EXPECT_EQ(hiddenVerdict("18446744073709551615"),
        "recipe.json: shape.hidden: found 18446744073709551615, wanted an integer from 1 to "
        "1048576");
    EXPECT_EQ(hiddenVerdict("1048576"), "ok");
}

TEST(JsonReader, ANumberWithAPointIsNoInteger)
{
    EXPECT_EQ(hiddenVerdict("768.0"),
        "recipe.json: shape.hidden: found 768.0, wanted an integer from 1 to 1048576");
    EXPECT_EQ(hiddenVerdict("1e3"),
        "recipe.json: shape.hidden: found 1000.0, wanted an integer from 1 to 1048576");
}

TEST(JsonReader, AMissingKeyIsNamedWithANearOne)
{
    const auto read = [](ObjectReader& root) {
        (void)root.requiredInteger("hidden", 1, 9);
    };
    EXPECT_EQ(
        verdict("{}", read), "recipe.json: hidden: found nothing, wanted an integer from 1 to 9");
    EXPECT_EQ(verdict(R"({"hiden":3})", read),
        "recipe.json: hidden: found nothing (but \"hiden\"), wanted an integer from 1 to 9");
    EXPECT_EQ(verdict(R"({"hidden":null})", read),
        "recipe.json: hidden: found nothing, wanted an integer from 1 to 9");
}

TEST(JsonReader, AnUnknownKeyIsRefusedWithTheNearestKnownOne)
{
    const auto read = [](ObjectReader& root) {
        (void)root.optionalInteger("samples", 1, 9);
        (void)root.optionalObject("train")->optionalInteger("steps", 1, 9);
    };
    EXPECT_EQ(verdict(R"({"sampels":3,"train":{}})", read),
        "recipe.json: unknown key \"sampels\", did you mean \"samples\"?");
    EXPECT_EQ(verdict(R"({"train":{"colour":1}})", read),
        "recipe.json: unknown key \"colour\" in train, wanted one of steps");
    EXPECT_EQ(
        verdict(R"({"sampels":3,"train":{"colour":1}})", read, JsonReader::UnknownKeys::Ignore),
        "ok");
}

TEST(JsonReader, TheFirstProblemIsReported)
{
    const auto read = [](ObjectReader& root) {
        (void)root.requiredBool("a");
        (void)root.requiredBool("b");
        (void)root.requiredObject("c").requiredBool("d");
    };
    EXPECT_EQ(verdict(R"({"a":1,"b":2})", read), "recipe.json: a: found 1, wanted true or false");
    EXPECT_EQ(
        verdict(R"({"a":true,"b":true})", read), "recipe.json: c: found nothing, wanted an object");
}

TEST(JsonReader, AfterAProblemValuesLieInRange)
{
    EXPECT_NE(verdict(R"({"a":"x","b":"x"})",
                  [](ObjectReader& root) {
                      EXPECT_EQ(root.requiredInteger("a", 3, 9), 3);
                      EXPECT_EQ(root.requiredNumber("b", 0.5, 1), 0.5);
                      EXPECT_EQ(root.requiredObject("c").requiredInteger("d", 4, 9), 4);
                  }),
        "ok");
}

TEST(JsonReader, ElementsOfArraysAreNamed)
{
    EXPECT_EQ(verdict(R"({"a":[1,"x"]})",
                  [](ObjectReader& root) { (void)root.requiredIntegers("a", 0, 9); }),
        "recipe.json: a[1]: found \"x\", wanted an integer from 0 to 9");
    EXPECT_EQ(verdict(R"({"lanes":[{},{"seed":-1}]})",
                  [](ObjectReader& root) {
                      for (ObjectReader* lane : root.requiredObjects("lanes"))
                          (void)lane->optionalInteger("seed", 0, 9);
                  }),
        "recipe.json: lanes[1].seed: found -1, wanted an integer from 0 to 9");
    EXPECT_EQ(verdict(R"({"a":3})", [](ObjectReader& root) { (void)root.requiredStrings("a"); }),
        "recipe.json: a: found 3, wanted an array of strings");
}

TEST(JsonReader, NumbersHaveBounds)
{
    const auto read = [](ObjectReader& root) {
        (void)root.requiredNumber("rate", 0, 1);
    };
    EXPECT_EQ(verdict(R"({"rate":1})", read), "ok");
    EXPECT_EQ(verdict(R"({"rate":1.5})", read),
        "recipe.json: rate: found 1.5, wanted a number from 0 to 1");
    EXPECT_EQ(verdict(R"({"rate":"NaN"})", read),
        "recipe.json: rate: found \"NaN\", wanted a number from 0 to 1");
}

TEST(JsonReader, AChoiceListsWhatCanBeChosen)
{
    const std::vector<std::string> choices = {"cpu", "cuda"};
    const auto read = [&](ObjectReader& root) {
        (void)root.optionalChoice("device", choices);
    };
    EXPECT_EQ(verdict(R"({"device":"tpu"})", read),
        "recipe.json: device: found \"tpu\", wanted one of cpu, cuda");
    EXPECT_EQ(verdict("{}", read), "ok");
}

TEST(JsonReader, TheCallerCanRefuseAValue)
{
    EXPECT_EQ(verdict(R"({"heads":5})",
                  [](ObjectReader& root) {
                      (void)root.requiredInteger("heads", 1, 9);
                      root.refuse("heads", "a divisor of 12");
                  }),
        "recipe.json: heads: found 5, wanted a divisor of 12");
}

TEST(JsonReader, ADocumentThatIsNoObjectIsRefused)
{
    EXPECT_EQ(verdict("[1]", [](ObjectReader& root) { (void)root.requiredBool("a"); }),
        "recipe.json: found an array of 1, wanted an object");
}

TEST(JsonReader, StrangeKeysDoNotBreakTheLine)
{
    EXPECT_EQ(verdict(R"({"map":{"a\nb":1}})",
                  [](ObjectReader& root) {
                      ObjectReader& map = root.requiredObject("map");
                      (void)map.requiredString(map.keys().front());
                  }),
        "recipe.json: map.a\\x0ab: found 1, wanted a string");
}

} // namespace
} // namespace espalier
