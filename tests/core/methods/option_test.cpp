// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/option.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using List = std::vector<std::int64_t>;

std::vector<OptionSpec> specs()
{
    return {
        {.key = "order",
            .title = "",
            .help = "",
            .defaultValue = std::string("best"),
            .choices = {{"best", "Best"}, {"first", "First"}}},
        {.key = "protect",
            .title = "",
            .help = "",
            .defaultValue = std::int64_t{1},
            .minimum = 0,
            .maximum = 4},
        {.key = "strength",
            .title = "",
            .help = "",
            .defaultValue = 0.5,
            .minimum = 0,
            .maximum = 2},
        {.key = "normalise", .title = "", .help = "", .defaultValue = false},
        {.key = "blocks",
            .title = "",
            .help = "",
            .defaultValue = List{},
            .minimum = 0,
            .maximum = 9},
    };
}

std::string refusal(const Options& given)
{
    const Result<Options> options = completeOptions(specs(), given);
    return options ? "accepted" : options.error().message;
}

TEST(Options, AreCompletedWithDefaults)
{
    const Result<Options> options = completeOptions(specs(), {{"protect", std::int64_t{3}}});
    ASSERT_TRUE(options.ok());
    const Options expected = {{"order", std::string("best")}, {"protect", std::int64_t{3}},
        {"strength", 0.5}, {"normalise", false}, {"blocks", List{}}};
    EXPECT_EQ(*options, expected);
}

TEST(Options, AWholeNumberServesAsANumber)
{
    const Result<Options> options = completeOptions(specs(), {{"strength", std::int64_t{2}}});
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->at("strength"), OptionValue(2.0));
}

TEST(Options, WrongOnesAreRefusedByName)
{
    EXPECT_EQ(refusal({{"ordr", std::string("best")}}),
        "option \"ordr\": unknown, did you mean \"order\"?");
    EXPECT_EQ(refusal({{"quite-different", true}}),
        "option \"quite-different\": unknown, wanted one of order, protect, strength, normalise, "
        "blocks");
    EXPECT_EQ(refusal({{"order", std::string("worst")}}),
        "option order: found \"worst\", wanted one of best, first");
    EXPECT_EQ(refusal({{"protect", std::int64_t{5}}}),
        "option protect: found \"5\", wanted an integer from 0 to 4");
    EXPECT_EQ(refusal({{"protect", 1.5}}),
        "option protect: found \"1.5\", wanted an integer from 0 to 4");
    EXPECT_EQ(refusal({{"normalise", std::int64_t{1}}}),
        "option normalise: found \"1\", wanted true or false");
    EXPECT_EQ(refusal({{"blocks", List{1, 10}}}),
        "option blocks: found \"1,10\", wanted integers from 0 to 9, separated by commas");
    EXPECT_EQ(refusal({{"strength", std::numeric_limits<double>::quiet_NaN()}}),
        "option strength: found \"nan\", wanted a number from 0 to 2");
}

TEST(Options, AreReadByTheTypeOfTheirSpec)
{
    const std::vector<OptionSpec> all = specs();
    EXPECT_EQ(*parseOption(all[0], "first"), OptionValue(std::string("first")));
    EXPECT_EQ(*parseOption(all[1], "2"), OptionValue(std::int64_t{2}));
    EXPECT_EQ(*parseOption(all[2], "0.25"), OptionValue(0.25));
    EXPECT_EQ(*parseOption(all[3], "true"), OptionValue(true));
    EXPECT_EQ(*parseOption(all[4], "0,3,5"), OptionValue(List{0, 3, 5}));
    EXPECT_EQ(*parseOption(all[4], "0, 3 ,5"), OptionValue(List{0, 3, 5}));
    EXPECT_EQ(*parseOption(all[4], ""), OptionValue(List{}));
}

TEST(Options, TextsThatAreNotValuesAreRefused)
{
    const std::vector<OptionSpec> all = specs();
    EXPECT_EQ(parseOption(all[1], "2x").error().message,
        "option protect: found \"2x\", wanted an integer from 0 to 4");
    EXPECT_FALSE(parseOption(all[1], "").ok());
    EXPECT_FALSE(parseOption(all[2], "inf").ok());
    EXPECT_FALSE(parseOption(all[3], "yes").ok());
    for (const char* const text : {"1,", ",1", "1,,2", "1;2", "1 2"})
        EXPECT_FALSE(parseOption(all[4], text).ok()) << text;
}

TEST(Options, TextReadsBackAsTheSameValue)
{
    const std::vector<OptionSpec> all = specs();
    const std::vector<OptionValue> values = {
        std::string("first"), std::int64_t{4}, 0.1, true, List{9, 0, 1}};
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(*parseOption(all[i], toText(values[i])), values[i]);
}

} // namespace
} // namespace espalier
