// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/compare.h"

#include "core/engine/model_impl.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

Model byteModel()
{
    ModelConfig config = test::toyGpt2();
    config.shape.vocab = 256;
    return modelInMemory(test::toyParameters(config, {1}));
}

/// Random and first-k subclones of one block, two rates, two seeds, five steps.
ComparisonSettings settingsIn(const TemporaryFolder& folder)
{
    std::string text;
    for (int i = 0; i < 400; ++i)
        text += "the quick brown fox ";
    ComparisonSettings settings;
    settings.shape = byteModel().config().shape;
    settings.shape.layers = 1;
    settings.arms = {*readArm("random"), *readArm("subcloning:order=first")};
    settings.train.data.source = folder.write("text.txt", text).string();
    settings.train.steps = 5;
    settings.train.batch = 2;
    settings.train.evalSamples = 4;
    settings.measure.data = settings.train.data;
    settings.learningRates = {1e-3, 1e-2};
    settings.seeds = 2;
    return settings;
}

std::vector<ComparisonRun> runsOf(const ComparisonSettings& settings,
    const std::vector<ComparisonRun>& done = {}, const Progress& progress = {})
{
    std::vector<ComparisonRun> runs;
    const Status status = compareStarts(byteModel(), settings, done,
        {.run = [&](const ComparisonRun& run) -> Status {
             runs.push_back(run);
             return {};
         },
            .refused =
                [](const RefusedArm& arm) {
                    ADD_FAILURE() << arm.reason;
                }},
        progress);
    EXPECT_TRUE(status) << status.error().message;
    return runs;
}

TEST(Compare, TheHeadingCountsTokensWhereTheirNumberIsAskedFor)
{
    const TemporaryFolder folder;
    ComparisonSettings settings = settingsIn(folder);
    EXPECT_NE(
        aboutComparison("hash", settings).find("(validation on 4 samples)"), std::string::npos);
    settings.train.data.sequenceLength = 9;
    EXPECT_NE(aboutComparison("hash", settings).find("(validation on 4 samples of 9 tokens)"),
        std::string::npos);
}

TEST(Compare, AnArmIsAMethodWithItsOptions)
{
    const auto arm = readArm("subcloning:order=first:normalise=true");
    ASSERT_TRUE(arm) << arm.error().message;
    EXPECT_EQ(arm->method, "subcloning");
    EXPECT_EQ(arm->options, (Options{{"order", std::string("first")}, {"normalise", true}}));
    const auto unknown = readArm("subcloning:oder=first");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message,
        "\"subcloning:oder=first\": found \"oder=first\", wanted key=value with a parameter of "
        "subcloning");
}

TEST(Compare, RunsEveryArmAtEveryRateUnderEverySeed)
{
    const TemporaryFolder folder;
    const auto runs = runsOf(settingsIn(folder));
    ASSERT_EQ(runs.size(), 8U);
    for (const ComparisonRun& run : runs) {
        EXPECT_TRUE(std::isfinite(run.untrainedLoss) && std::isfinite(run.trainedLoss));
        EXPECT_LT(run.trainedLoss, run.untrainedLoss) << run.arm << " learns";
    }
    EXPECT_EQ(runs[0].untrainedLoss, runs[1].untrainedLoss) << "one start, two rates";
    EXPECT_NE(runs[0].untrainedLoss, runs[2].untrainedLoss) << "another seed, another start";
}

TEST(Compare, GoesOnWhereItStopped)
{
    const TemporaryFolder folder;
    const ComparisonSettings settings = settingsIn(folder);
    const auto all = runsOf(settings);
    const auto rest = runsOf(settings, {all.begin(), all.begin() + 5});
    ASSERT_EQ(rest.size(), 3U);
    for (std::size_t i = 0; i < rest.size(); ++i) {
        EXPECT_EQ(rest[i].arm, all[5 + i].arm);
        EXPECT_EQ(rest[i].trainedLoss, all[5 + i].trainedLoss) << "the same bits";
    }
}

TEST(Compare, AnArmThatCannotReachTheShapeIsNamedAndLeftOut)
{
    const TemporaryFolder folder;
    ComparisonSettings settings = settingsIn(folder);
    settings.shape.layers = 3;
    const auto refused = refusedArms(byteModel().config(), settings);
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].arm, "subcloning:order=first");
    EXPECT_NE(refused[0].reason.find("does not grow"), std::string::npos) << refused[0].reason;
    EXPECT_EQ(runsOf(settings).size(), 4U);
}

TEST(Compare, AFileKeepsWhatDiverged)
{
    const TemporaryFolder folder;
    const ComparisonFile written{"about",
        {{.arm = "a",
            .learningRate = 0.1,
            .seed = 1,
            .untrainedLoss = 3,
            .trainedLoss = std::nan(""),
            .trainedAccuracy = 0.5,
            .startSeconds = 1,
            .stepSeconds = 2}}};
    ASSERT_TRUE(writeComparison(folder.path() / "runs.json", written));
    const auto read = readComparison(folder.path() / "runs.json");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->about, "about");
    EXPECT_TRUE(std::isnan(read->runs.at(0).trainedLoss));
    EXPECT_EQ(read->runs.at(0).trainedAccuracy, 0.5);
}

TEST(Compare, ArmsLeftOutForOneReasonShareALine)
{
    const TemporaryFolder folder;
    const ComparisonFile comparison{"about", {{.arm = "a", .learningRate = 0.1}}};
    ASSERT_TRUE(writeComparisonTables(folder.path(), comparison,
        {{"b", "does not grow"}, {"c", "c: wants heads"}, {"d", "does not grow"}}));
    const std::string text = TemporaryFolder::read(folder.path() / "table.md");
    EXPECT_NE(text.find("* b, d: does not grow\n* c: wants heads\n"), std::string::npos) << text;
}

TEST(Compare, GatesLetInWhatIsNewAndLeaveOtherStartsAlone)
{
    const TemporaryFolder folder;
    ComparisonSettings settings = settingsIn(folder);
    settings.shape = byteModel().config().shape;
    settings.shape.mlp += 6;
    settings.arms = {*readArm("random-growth"), *readArm("net2net")};
    settings.learningRates = {1e-2};
    settings.seeds = 1;
    const std::vector<ComparisonRun> plain = runsOf(settings);
    settings.train.aids.gateSteps = 4;
    std::vector<std::string> told;
    const std::vector<ComparisonRun> gated =
        runsOf(settings, {}, {.note = [&](std::string_view line) {
            told.emplace_back(line);
        }});
    ASSERT_EQ(gated.size(), 2U);
    EXPECT_NE(gated[0].trainedLoss, plain[0].trainedLoss);
    EXPECT_EQ(gated[1].trainedLoss, plain[1].trainedLoss) << "copies are not new";
    ASSERT_EQ(told.size(), 1U);
    EXPECT_TRUE(told[0].starts_with("net2net trains without gates: gates: found none that are new"))
        << told[0];
    settings.train.aids.gateSteps = 6;
    const Status status = compareStarts(byteModel(), settings, {}, {});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message,
        "compare: gates: found 6 steps until they are open, wanted at most the training's 5");
}

} // namespace
} // namespace espalier
