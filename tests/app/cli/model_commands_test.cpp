// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/command_line.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <string>

namespace espalier {
namespace {

using test::espalierCli;
using test::Outcome;

class ModelCommands : public test::CommandLine
{
protected:
    /// safetensors: the header's length, the header, the values. One row of three tokens.
    std::string writeInput() const
    {
        const std::string header =
            R"({"input_ids": {"dtype": "I64", "shape": [1, 3], "data_offsets": [0, 24]}})";
        return m_folder
            .write("input.safetensors",
                littleEndian(header.size()) + header + littleEndian(116) + littleEndian(104)
                    + littleEndian(101))
            .string();
    }
    [[nodiscard]] nlohmann::json headerOf(std::string_view name) const
    {
        const std::string file = read(name);
        std::size_t length = 0;
        for (std::size_t i = 8; i-- > 0;)
            length = length << 8U | static_cast<unsigned char>(file.at(i));
        return nlohmann::json::parse(file.substr(8, length));
    }

private:
    static std::string littleEndian(std::uint64_t number)
    {
        std::string bytes;
        for (int i = 0; i < 8; ++i, number >>= 8U)
            bytes += static_cast<char>(number & 0xFFU);
        return bytes;
    }
};

TEST_F(ModelCommands, InspectCountsAndListsTensors)
{
    const Outcome outcome = espalierCli({"inspect", parent(), "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto model = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(model["family"], "gpt2");
    EXPECT_EQ(model["fresh_weights"], true);
    EXPECT_EQ(model["shape"]["hidden"], 16);
    // Tables 256 + 16 rows; a block: norms 4 x 16, qkv 16 x 48 + 48, out 16 x 16 + 16, up
    // 16 x 32 + 32, down 32 x 16 + 16; the last norm.
    const int block = 64 + 816 + 272 + 544 + 528;
    EXPECT_EQ(model["parameters"], 272 * 16 + 2 * block + 32);
    EXPECT_EQ(model["tensors"].size(), 28U);
}

TEST_F(ModelCommands, InspectDiagnosesWhatDoesNotOpen)
{
    m_folder.write("broken/config.json", read("parent/config.json"));
    m_folder.write("broken/model.safetensors", "no header");
    const Outcome outcome = espalierCli({"inspect", at("broken")});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("model.safetensors"), std::string::npos) << outcome.err;
}

TEST_F(ModelCommands, FreshWeightsAreNotReadBlockByBlock)
{
    for (const std::vector<std::string>& command :
        {std::vector<std::string>{"eval", parent(), "--data", text(), "--block-by-block"},
            {"forward", parent(), "--input", writeInput(), "--output", at("out"),
                "--block-by-block"},
            {"measure", parent(), "--data", text(), "--out", at("m.h5"), "--block-by-block"}}) {
        const Outcome outcome = espalierCli(command);
        EXPECT_EQ(outcome.status, 3) << command[0];
        EXPECT_NE(outcome.err.find("block by block: the weights lie in no safetensors"),
            std::string::npos)
            << outcome.err;
    }
}

TEST_F(ModelCommands, EvalKnowsChance)
{
    const Outcome outcome = espalierCli({"eval", parent(), "--data", text(), "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto found = nlohmann::json::parse(outcome.out);
    EXPECT_DOUBLE_EQ(found["chance"], std::log(256.0));
    EXPECT_NEAR(found["loss"], std::log(256.0), 0.1); // fresh weights know nothing
    EXPECT_NEAR(found["perplexity"], std::exp(found["loss"].get<double>()), 1e-9);
    EXPECT_EQ(
        found["tokens"], 19 * 15); // the last tenth, 300 bytes, in windows of 16 that share one
}

TEST_F(ModelCommands, MeasureWritesWhatPlansRead)
{
    const Outcome outcome = espalierCli(
        {"measure", parent(), "--data", text(), "--samples", "4", "--out", at("m.h5"), "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto found = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(found["samples"], 4);
    EXPECT_EQ(found["tokens"], 4 * 16);
    EXPECT_EQ(found["residual_change"].size(), 2U);
    EXPECT_EQ(espalierCli({"plan", parent(), "--hidden", "8", "--method", "subcloning",
                              "--measurements", at("m.h5"), "--out", at("r.json")})
                  .status,
        0);
    EXPECT_EQ(nlohmann::json::parse(read("r.json"))["measure"]["data"]["source"], text());
}

TEST_F(ModelCommands, ForwardWritesLogitsAndTheStreamIfAsked)
{
    const Outcome outcome = espalierCli({"forward", parent(), "--input", writeInput(), "--output",
        at("out.safetensors"), "--hidden-states"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const nlohmann::json tensors = headerOf("out.safetensors");
    EXPECT_EQ(tensors["logits"]["shape"], nlohmann::json({1, 3, 256}));
    for (const char* name : {"hidden_states.0", "hidden_states.1", "hidden_states.2"})
        EXPECT_EQ(tensors[name]["shape"], nlohmann::json({1, 3, 16})) << name;
}

TEST_F(ModelCommands, RecommendPutsTheNearerParentFirst)
{
    ASSERT_EQ(espalierCli(
                  {"scale", parent(), "--hidden", "8", "--method", "random", "--out", at("small")})
                  .status,
        0);
    const Outcome outcome =
        espalierCli({"recommend", parent(), at("small"), "--shape", "hidden=8"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_LT(outcome.out.find("small"), outcome.out.find("parent ", outcome.out.find('\n')))
        << outcome.out;
}

} // namespace
} // namespace espalier
