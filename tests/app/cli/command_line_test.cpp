// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/command_line.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace espalier {
namespace {

using test::CommandLine;
using test::espalierCli;
using test::Outcome;

TEST_F(CommandLine, AnswersGoToStdout)
{
    const Outcome version = espalierCli({"--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_TRUE(version.out.starts_with("espalier-cli ")) << version.out;
    EXPECT_NE(version.out.find("\nCUDA: "), std::string::npos) << version.out;
    EXPECT_EQ(version.err, "");
    const Outcome help = espalierCli({"scale", "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.out.find("--hidden"), std::string::npos);
}

TEST_F(CommandLine, MistakesInWordsEndWithStatus2)
{
    for (const std::vector<std::string>& words :
        {std::vector<std::string>{}, {"prune"}, {"scale"}, {"eval", parent()},
            {"eval", parent(), "--data", text(), "--samples", "0"}, {"list", "everything"}}) {
        const Outcome outcome = espalierCli(words);
        EXPECT_EQ(outcome.status, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err, "");
    }
}

TEST_F(CommandLine, RefusalsAreOneLineAndEndWithStatus3)
{
    const std::vector<std::vector<std::string>> refused = {
        {"inspect", at("nothing")},
        {"eval", parent(), "--data", at("nothing.txt")},
        {"eval", parent(), "--data", "demo:glyphs"},
        {"plan", parent(), "--hidden", "9", "--out", at("r.json")},
        {"plan", parent(), "--hidden", "8", "--method", "subclonin", "--out", at("r.json")},
        {"plan", parent(), "--hidden", "8", "--set", "scal=none", "--data", text(), "--out",
            at("r.json")},
        {"scale", "--recipe", text(), "--out", at("half")},
        {"export", parent(), "--out", at("half")},
        {"report", parent(), "--out", at("page.html")},
    };
    for (const std::vector<std::string>& words : refused) {
        const Outcome outcome = espalierCli(words);
        EXPECT_EQ(outcome.status, 3) << words[0] << ": " << outcome.err;
        EXPECT_EQ(outcome.out, "");
        EXPECT_TRUE(outcome.err.starts_with("espalier-cli: ")) << outcome.err;
        EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    }
    EXPECT_EQ(
        m_folder.names(), (std::vector<std::string>{"parent", "parent/config.json", "text.txt"}));
}

TEST_F(CommandLine, SaysWhatWasMeant)
{
    EXPECT_EQ(espalierCli({"plan", parent(), "--hidden", "8", "--method", "subclonin", "--out",
                              at("r.json")})
                  .err,
        "espalier-cli: method: found \"subclonin\", did you mean \"subcloning\"?\n");
    EXPECT_EQ(espalierCli(
                  {"plan", parent(), "--hidden", "9", "--method", "random", "--out", at("r.json")})
                  .err,
        "espalier-cli: hidden 9: heads have size 8, so hidden must be a multiple of 8 "
        "(nearest: 8, 16)\n");
}

TEST_F(CommandLine, WhatTheDiskDoesNotTakeEndsWithStatus5)
{
    const Outcome outcome =
        espalierCli({"scale", parent(), "--method", "random", "--out", at("text.txt/half")});
    EXPECT_EQ(outcome.status, 5) << outcome.err;
    EXPECT_NE(outcome.err.find("text.txt/half"), std::string::npos) << outcome.err;
}

TEST_F(CommandLine, WhatASignalStopsEndsWithStatus4)
{
    std::stop_source stop;
    stop.request_stop();
    const Outcome outcome = espalierCli(
        {"scale", parent(), "--method", "random", "--out", at("half")}, stop.get_token());
    EXPECT_EQ(outcome.status, 4) << outcome.err;
    EXPECT_FALSE(exists("half"));
}

TEST_F(CommandLine, ListsMethodsCompletelyEnoughToMakeFormsFrom)
{
    const Outcome outcome = espalierCli({"list", "methods", "--json"});
    ASSERT_EQ(outcome.status, 0);
    const auto methods = nlohmann::json::parse(outcome.out);
    ASSERT_TRUE(methods.is_array());
    EXPECT_EQ(methods[0]["id"], "subcloning");
    for (const auto& method : methods) {
        EXPECT_TRUE(method.contains("title") && method.contains("paper")) << method.dump();
        for (const auto& option : method["parameters"]) {
            EXPECT_TRUE(option.contains("key") && option.contains("title")
                && option.contains("default") && option.contains("type"))
                << option.dump();
        }
    }
}

TEST_F(CommandLine, EveryListIsJsonIfAsked)
{
    for (const char* what : {"architectures", "methods", "measurements", "datasets", "cached"}) {
        const Outcome outcome = espalierCli({"list", what, "--json"});
        EXPECT_EQ(outcome.status, 0) << what;
        EXPECT_TRUE(nlohmann::json::parse(outcome.out).is_array()) << what;
    }
}

} // namespace
} // namespace espalier
