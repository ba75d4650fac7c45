// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/command_line.h"

#include <nlohmann/json.hpp>

namespace espalier {
namespace {

using test::espalierCli;
using test::Outcome;

class DestinationCommands : public test::CommandLine
{
protected:
    /// Words of a subclone to half the width.
    [[nodiscard]] std::vector<std::string> half(const char* command, const std::string& out,
        const std::vector<std::string>& more = {}) const
    {
        std::vector<std::string> words = {command, parent(), "--hidden", "8", "--method",
            "subcloning", "--data", text(), "--out", at(out)};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
};

TEST_F(DestinationCommands, ARecipeGivesTheBytesOfItsOptions)
{
    ASSERT_EQ(espalierCli(half("plan", "r.json")).status, 0);
    ASSERT_EQ(espalierCli({"scale", "--recipe", at("r.json"), "--out", at("a")}).status, 0);
    ASSERT_EQ(espalierCli(half("scale", "b")).status, 0);
    EXPECT_EQ(read("a/model.safetensors"), read("b/model.safetensors"));
    EXPECT_EQ(read("a/recipe.json"), read("b/recipe.json"));
}

TEST_F(DestinationCommands, ARecipeAloneAsModelIsAskedForByItsOption)
{
    ASSERT_EQ(espalierCli(half("plan", "r.json")).status, 0);
    const Outcome scaled = espalierCli({"scale", at("r.json"), "--out", at("a")});
    EXPECT_EQ(scaled.status, 2);
    EXPECT_NE(scaled.err.find("wanted --recipe " + at("r.json")), std::string::npos) << scaled.err;
    EXPECT_FALSE(std::filesystem::exists(at("a")));
}

TEST_F(DestinationCommands, HeadsAndMlpFollowTheWidth)
{
    ASSERT_EQ(espalierCli(half("plan", "r.json")).status, 0);
    const auto shape = nlohmann::json::parse(read("r.json"))["shape"];
    EXPECT_EQ(shape["heads"], 1);
    EXPECT_EQ(shape["head-dim"], 8);
    EXPECT_EQ(shape["mlp"], 16);
    EXPECT_EQ(shape["layers"], 2);
}

TEST_F(DestinationCommands, ARecipeIsFoundFromAnyFolder)
{
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::create_directory(m_folder.path() / "recipes");
    std::filesystem::current_path(m_folder.path());
    const int planned = espalierCli({"plan", "parent", "--hidden", "8", "--method", "subcloning",
                                        "--data", "text.txt", "--out", "recipes/r.json"})
                            .status;
    std::filesystem::current_path(before);
    ASSERT_EQ(planned, 0);
    const Outcome scaled =
        espalierCli({"scale", "--recipe", at("recipes/r.json"), "--out", at("half")});
    EXPECT_EQ(scaled.status, 0) << scaled.err;
}

TEST_F(DestinationCommands, ScaledIsWhatThePlanSays)
{
    ASSERT_EQ(espalierCli(half("scale", "half")).status, 0);
    const Outcome found = espalierCli({"inspect", at("half"), "--json"});
    ASSERT_EQ(found.status, 0) << found.err;
    EXPECT_EQ(nlohmann::json::parse(found.out)["shape"]["hidden"], 8);
    EXPECT_TRUE(exists("half/README.md"));
    ASSERT_EQ(espalierCli(half("scale", "half.h5", {"--format", "hdf5"})).status, 0);
}

TEST_F(DestinationCommands, AskedSizesOfTheTaskAreInTheFiles)
{
    const Outcome scaled =
        espalierCli(half("scale", "half", {"--vocab", "300", "--positions", "24"}));
    ASSERT_EQ(scaled.status, 0) << scaled.err;
    const auto config = nlohmann::json::parse(read("half/config.json"));
    EXPECT_EQ(config["vocab_size"], 300);
    EXPECT_EQ(config["n_positions"], 24);
    EXPECT_EQ(nlohmann::json::parse(read("half/recipe.json"))["shape"]["vocab"], 300);
    EXPECT_EQ(nlohmann::json::parse(read("half/tokenizer_config.json"))["model_max_length"], 24);
    EXPECT_NE(read("half/README.md").find("| vocab | 300 |"), std::string::npos);
    ASSERT_EQ(
        espalierCli({"scale", "--recipe", at("half/recipe.json"), "--out", at("again")}).status, 0);
    EXPECT_EQ(read("again/model.safetensors"), read("half/model.safetensors"));
    const Outcome loss = espalierCli({"eval", at("half"), "--data", text()});
    EXPECT_EQ(loss.status, 0) << loss.err;
}

TEST_F(DestinationCommands, AskingForTheParentsSizesChangesNoByte)
{
    ASSERT_EQ(espalierCli(half("scale", "a")).status, 0);
    ASSERT_EQ(espalierCli(half("scale", "b", {"--vocab", "256", "--positions", "16"})).status, 0);
    for (const char* file :
        {"model.safetensors", "recipe.json", "config.json", "tokenizer_config.json"})
        EXPECT_EQ(read(std::string("a/") + file), read(std::string("b/") + file)) << file;
}

TEST_F(DestinationCommands, AVocabularyHoldsTheTokenizersTokens)
{
    const Outcome outcome = espalierCli(half("scale", "half", {"--vocab", "255"}));
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.err,
        "espalier-cli: vocab 255: the tokenizer has 256 tokens, so vocab must be at least 256 "
        "(nearest: 256)\n");
    const Outcome classes = espalierCli(half("scale", "half", {"--classes", "3"}));
    EXPECT_EQ(classes.err, "espalier-cli: classes 3: the parent predicts no classes\n");
}

TEST_F(DestinationCommands, AFolderInUseStaysAsItIs)
{
    m_folder.write("half/notes.txt", "mine");
    const Outcome outcome = espalierCli(half("scale", "half"));
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.err,
        "espalier-cli: " + at("half")
            + ": already holds something, wanted a new or empty folder\n");
    EXPECT_EQ(read("half/notes.txt"), "mine");
    EXPECT_FALSE(exists("half/model.safetensors"));
}

TEST_F(DestinationCommands, AnotherParentThanTheRecipesIsRefused)
{
    ASSERT_EQ(espalierCli(half("plan", "r.json")).status, 0);
    auto recipe = nlohmann::json::parse(read("r.json"));
    recipe["parent-hash"] = std::string(64, '0');
    m_folder.write("r.json", recipe.dump());
    const Outcome outcome = espalierCli({"scale", "--recipe", at("r.json"), "--out", at("half")});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_NE(outcome.err.find("wanted \"000000000000\""), std::string::npos) << outcome.err;
}

TEST_F(DestinationCommands, OriginFollowsAWeightThroughTwoRecipes)
{
    // Keeps units 0 to 15 and then block 1: both choices are positions, nothing is measured.
    ASSERT_EQ(espalierCli({"plan", parent(), "--mlp", "16", "--method", "subcloning", "--set",
                              "order=first", "--data", text(), "--out", at("one.json")})
                  .status,
        0);
    ASSERT_EQ(espalierCli({"plan", at("one.json"), "--layers", "1", "--method", "subcloning",
                              "--set", "order=first", "--set", "depth=last", "--data", text(),
                              "--out", at("two.json")})
                  .status,
        0);
    const Outcome found = espalierCli(
        {"origin", at("two.json"), "--parameter", "block.0.mlp.up.weight", "--index", "3,5"});
    ASSERT_EQ(found.status, 0) << found.err;
    EXPECT_EQ(found.out, "block.1.mlp.up.weight [3, 5] × 1\n");
}

} // namespace
} // namespace espalier
