// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/command_line.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

namespace espalier {
namespace {

using test::espalierCli;
using test::Outcome;

class TrainCommands : public test::CommandLine
{
protected:
    Outcome train(const std::string& out, int steps, std::stop_token stop = {}) const
    {
        return espalierCli(
            {"train", parent(), "--data", text(), "--steps", std::to_string(steps), "--batch", "2",
                "--warmup", "2", "--eval-every", "100", "--out", at(out)},
            std::move(stop));
    }
    Outcome exported(const std::string& run) const
    {
        return espalierCli({"export", at(run + "/lane"), "--out", at(run + "-model")});
    }
};

TEST_F(TrainCommands, TrainTellsLossesAndExportWritesTheModel)
{
    const Outcome trained = train("run", 6);
    ASSERT_EQ(trained.status, 0) << trained.err;
    EXPECT_NE(trained.err.find("lane step 0: validation loss 5."), std::string::npos);
    EXPECT_NE(trained.err.find("lane: finished\n"), std::string::npos);
    EXPECT_NE(trained.out.find("finished"), std::string::npos) << trained.out;
    ASSERT_EQ(exported("run").status, 0);
    const Outcome before = espalierCli({"eval", parent(), "--data", text(), "--json"});
    const Outcome after = espalierCli({"eval", at("run-model"), "--data", text(), "--json"});
    ASSERT_EQ(after.status, 0) << after.err;
    EXPECT_LT(nlohmann::json::parse(after.out)["loss"], nlohmann::json::parse(before.out)["loss"]);
}

TEST_F(TrainCommands, AStoppedRunResumesToTheSameWeights)
{
    std::stop_source stop;
    const std::jthread interrupting([&](const std::stop_token& over) {
        while (!exists("stopped/race.json") && !over.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        stop.request_stop();
    });
    const Outcome stopped = train("stopped", 300, stop.get_token());
    ASSERT_EQ(stopped.status, 4) << stopped.err;
    EXPECT_NE(stopped.err.find("--resume"), std::string::npos) << stopped.err;
    const Outcome resumed = espalierCli({"train", "--out", at("stopped"), "--resume"});
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    ASSERT_EQ(train("whole", 300).status, 0);
    ASSERT_EQ(exported("stopped").status, 0);
    ASSERT_EQ(exported("whole").status, 0);
    EXPECT_EQ(read("stopped-model/model.safetensors"), read("whole-model/model.safetensors"));
}

TEST_F(TrainCommands, ARunInTheWayIsNotTouched)
{
    ASSERT_EQ(train("run", 2).status, 0);
    const std::string before = read("run/race.json");
    const Outcome again = train("run", 3);
    EXPECT_EQ(again.status, 3);
    EXPECT_EQ(read("run/race.json"), before);
}

TEST_F(TrainCommands, ReportIsOnePage)
{
    ASSERT_EQ(train("run", 3).status, 0);
    const Outcome outcome = espalierCli({"report", at("run"), "--out", at("page.html")});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const std::string page = read("page.html");
    EXPECT_TRUE(page.starts_with("<!doctype html>")) << page.substr(0, 40);
    EXPECT_NE(page.find("<svg"), std::string::npos);
    EXPECT_EQ(page.find("http://"), page.find("http://www.w3.org")); // nothing is fetched
}

TEST_F(TrainCommands, CompareWritesATable)
{
    const Outcome outcome = espalierCli({"compare", "--parent", parent(), "--shape", "hidden=8",
        "--methods", "random,weight-selection,net2net", "--data", text(), "--steps", "2", "--batch",
        "2", "--seeds", "2", "--lr", "1e-3,1e-2", "--out", at("table")});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("left out: net2net: "), std::string::npos) << outcome.err;
    const std::string table = read("table/table.md");
    EXPECT_NE(table.find("| random "), std::string::npos) << table;
    EXPECT_NE(table.find("| weight-selection "), std::string::npos) << table;
    const auto runs = nlohmann::json::parse(read("table/runs.json"))["runs"];
    EXPECT_GE(runs.size(), 2U * 3); // two rates, and the second seed of the better one at least
}

TEST_F(TrainCommands, CompareWithoutAnyStartIsRefusedAndLeavesNothing)
{
    const Outcome outcome = espalierCli({"compare", "--parent", parent(), "--shape", "hidden=9",
        "--methods", "all", "--data", text(), "--out", at("table")});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_NE(outcome.err.find("left out: random: "), std::string::npos) << outcome.err;
    EXPECT_FALSE(exists("table"));
}

} // namespace
} // namespace espalier
