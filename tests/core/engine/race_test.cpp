// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/race.h"

#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

namespace espalier {
namespace {

Model byteModel(std::uint64_t seed)
{
    ModelConfig config = test::toyGpt2();
    config.shape.vocab = 256;
    return modelInMemory(test::toyParameters(config, {seed}));
}

/// Lanes "a", "b", … over a small text, 12 steps each.
RaceSpec raceOf(const TemporaryFolder& folder, std::size_t lanes)
{
    std::string text;
    for (int i = 0; i < 400; ++i)
        text += "the quick brown fox ";
    const std::string file = folder.write("text.txt", text).string();
    RaceSpec spec{.lanes = {}, .stepsPerTurn = 5};
    for (std::size_t i = 0; i < lanes; ++i) {
        const std::string id(1, static_cast<char>('a' + i));
        LaneSpec lane{.id = id,
            .title = "Lane " + id,
            .parentPath = "unused",
            .recipe = std::nullopt,
            .train = {}};
        lane.train.data.source = file;
        lane.train.steps = 12;
        lane.train.batch = 2;
        lane.train.warmupSteps = 3;
        lane.train.evalEvery = 4;
        lane.train.evalSamples = 4;
        lane.train.autosaveEvery = 5;
        lane.train.device = "cpu";
        spec.lanes.push_back(lane);
    }
    return spec;
}

std::vector<float> weightsOf(const std::filesystem::path& lane)
{
    const Result<Model> model = openLane(lane);
    EXPECT_TRUE(model) << model.error().message;
    const auto values = model->values({Role::MlpUpWeight, 1});
    EXPECT_TRUE(values);
    return values->values;
}

/// Everything in a point but the clock.
std::vector<double> factsOf(const std::vector<TrainPoint>& points)
{
    std::vector<double> facts;
    for (const TrainPoint& p : points)
        facts.insert(facts.end(),
            {static_cast<double>(p.step), p.tokens, p.flops, p.step == 0 ? 0 : p.trainLoss,
                p.learningRate, p.gradNorm, p.validationLoss.value_or(-1)});
    return facts;
}

/// Runs a race until its first lane has done this step. Returns how the run ended.
Status stoppedAt(std::int64_t step, Race& race)
{
    std::stop_source stop;
    RaceObserver observer;
    observer.point = [&](std::size_t lane, const TrainPoint& point) {
        if (lane == 0 && point.step == step)
            stop.request_stop();
    };
    return race.run(observer, stop.get_token());
}

TEST(Race, TrainsEveryLaneAndRecordsEveryStep)
{
    const TemporaryFolder folder;
    const RaceSpec spec = raceOf(folder, 2);
    const auto run = folder.path() / "run";
    auto race = Race::create(spec, {byteModel(1), byteModel(2)}, run);
    ASSERT_TRUE(race) << race.error().message;
    std::vector<std::size_t> order;
    RaceObserver observer;
    observer.point = [&](std::size_t lane, const TrainPoint&) {
        order.push_back(lane);
    };
    const Status done = (*race)->run(observer, {});
    ASSERT_TRUE(done) << done.error().message;
    const std::vector<LaneRecord> lanes = (*race)->lanes();
    ASSERT_EQ(lanes.size(), 2U);
    for (const LaneRecord& lane : lanes) {
        EXPECT_EQ(lane.state, LaneState::Finished);
        ASSERT_EQ(lane.points.size(), 13U);
        EXPECT_EQ(lane.points[3].step, 3);
        EXPECT_EQ(lane.points[3].tokens, 3 * 2 * 9);
        EXPECT_TRUE(lane.points[0].validationLoss && lane.points[4].validationLoss
            && lane.points[12].validationLoss);
        EXPECT_FALSE(lane.points[5].validationLoss);
        EXPECT_LT(*lane.points[12].validationLoss, *lane.points[0].validationLoss);
    }
    EXPECT_EQ((std::vector<std::size_t>(order.begin(), order.begin() + 12)),
        (std::vector<std::size_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0}));
    const auto read = readRun(run);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(factsOf((*read)[1].points), factsOf(lanes[1].points));
    EXPECT_EQ((*read)[1].state, LaneState::Finished);
}

/// Asked from within a step's own callback on another thread, while nothing but the record is held.
TEST(Race, TellsItsLanesWhileItTrains)
{
    const TemporaryFolder folder;
    auto race = Race::create(raceOf(folder, 1), {byteModel(1)}, folder.path() / "run");
    ASSERT_TRUE(race) << race.error().message;
    std::vector<std::size_t> seen;
    RaceObserver observer;
    observer.point = [&](std::size_t, const TrainPoint&) {
        std::jthread([&] { seen.push_back((*race)->lanes()[0].points.size()); }).join();
    };
    ASSERT_TRUE((*race)->run(observer, {}));
    ASSERT_EQ(seen.size(), 13U);
    for (std::size_t i = 0; i < seen.size(); ++i)
        EXPECT_EQ(seen[i], i + 1);
}

TEST(Race, TrainsInMixedPrecision)
{
    const TemporaryFolder folder;
    RaceSpec spec = raceOf(folder, 2);
    spec.lanes[1].train.dtype = "bf16";
    auto race = Race::create(spec, {byteModel(1), byteModel(1)}, folder.path() / "run");
    ASSERT_TRUE(race) << race.error().message;
    ASSERT_TRUE((*race)->run({}, {}));
    const std::vector<LaneRecord> lanes = (*race)->lanes();
    const double exact = *lanes[0].points.back().validationLoss;
    const double mixed = *lanes[1].points.back().validationLoss;
    EXPECT_NE(mixed, exact);
    EXPECT_NEAR(mixed, exact, 0.02);
}

TEST(Race, ResumedThroughFilesEqualsUninterruptedBitForBit)
{
    const TemporaryFolder folder;
    const RaceSpec spec = raceOf(folder, 2);
    auto whole = Race::create(spec, {byteModel(1), byteModel(2)}, folder.path() / "whole");
    ASSERT_TRUE(whole) << whole.error().message;
    ASSERT_TRUE((*whole)->run({}, {}));

    {
        auto first = Race::create(spec, {byteModel(1), byteModel(2)}, folder.path() / "parts");
        ASSERT_TRUE(first);
        const Status stopped = stoppedAt(7, **first);
        ASSERT_FALSE(stopped);
        EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
        EXPECT_EQ((*first)->lanes()[0].state, LaneState::Stopped);
    }
    auto second = Race::open(folder.path() / "parts");
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ((*second)->lanes()[0].points.back().step, 7);
    ASSERT_TRUE((*second)->run({}, {}));
    for (const char* id : {"a", "b"})
        EXPECT_EQ(weightsOf(folder.path() / "parts" / id), weightsOf(folder.path() / "whole" / id));
    for (std::size_t lane = 0; lane < 2; ++lane)
        EXPECT_EQ(
            factsOf((*second)->lanes()[lane].points), factsOf((*whole)->lanes()[lane].points));
}

TEST(Race, AModelThatGrowsOnTheWayResumesBitForBit)
{
    const TemporaryFolder folder;
    RaceSpec spec = raceOf(folder, 1);
    const ModelShape shape = byteModel(1).config().shape;
    ModelShape deeper = shape;
    deeper.layers *= 2;
    ModelShape wider = deeper;
    wider.mlp *= 2;
    spec.lanes[0].train.growth = {{.atStep = 6,
                                      .shape = deeper,
                                      .method = "stackbert",
                                      .frozenSteps = 2,
                                      .frozenLayers = shape.layers},
        {.atStep = 9, .shape = wider, .method = "net2net", .keepsMoments = true}};
    auto whole = Race::create(spec, {byteModel(1)}, folder.path() / "whole");
    ASSERT_TRUE(whole) << whole.error().message;
    ASSERT_TRUE((*whole)->run({}, {}));
    const LaneRecord grown = (*whole)->lanes()[0];
    EXPECT_EQ(openLane(folder.path() / "whole" / "a")->config().shape, wider);
    EXPECT_EQ(grown.parameters,
        elementsOf(*openLane(folder.path() / "whole" / "a")->impl().parameters()));
    EXPECT_GT(grown.points[11].flops - grown.points[10].flops,
        grown.points[5].flops - grown.points[4].flops);

    for (const std::int64_t stopAt : {6, 9}) { // just before it grows
        const auto parts = folder.path() / std::to_string(stopAt);
        {
            auto first = Race::create(spec, {byteModel(1)}, parts);
            ASSERT_FALSE(stoppedAt(stopAt, **first));
        }
        auto second = Race::open(parts);
        ASSERT_TRUE(second) << second.error().message;
        ASSERT_TRUE((*second)->run({}, {}));
        EXPECT_EQ(weightsOf(parts / "a"), weightsOf(folder.path() / "whole" / "a"));
        EXPECT_EQ(factsOf((*second)->lanes()[0].points), factsOf(grown.points));
    }
    EXPECT_EQ(originOfLane(folder.path() / "whole" / "a")->growth.size(), 2U);
}

TEST(Race, AStartBehindGatesBeginsAsItsParentAndResumesBitForBit)
{
    const TemporaryFolder folder;
    const Model parent = byteModel(1);
    ASSERT_TRUE(exportModel(parent, nullptr, folder.path() / "parent", {}));
    Recipe recipe;
    recipe.parentPath = (folder.path() / "parent").string();
    recipe.method = "random-growth";
    recipe.shape = parent.config().shape;
    recipe.shape.layers += 1;
    recipe.shape.mlp += 5;
    RaceSpec spec = raceOf(folder, 2);
    spec.lanes[0].recipe = recipe;
    spec.lanes[0].train.aids.gateSteps = 9;
    spec.lanes[1].parentPath = recipe.parentPath;
    auto whole = Race::create(spec, {}, folder.path() / "whole");
    ASSERT_TRUE(whole) << whole.error().message;
    ASSERT_TRUE((*whole)->run({}, {}));
    const std::vector<LaneRecord> lanes = (*whole)->lanes();
    EXPECT_NEAR(*lanes[0].points[0].validationLoss, *lanes[1].points[0].validationLoss, 1e-5);
    EXPECT_NEAR(lanes[0].points[1].trainLoss, lanes[1].points[1].trainLoss, 1e-5);
    for (const std::int64_t stopAt : {4, 10}) { // while the gates rise, and behind that
        const auto parts = folder.path() / std::to_string(stopAt);
        {
            auto first = Race::create(spec, {}, parts);
            ASSERT_FALSE(stoppedAt(stopAt, **first));
        }
        EXPECT_EQ(
            exportLane(parts / "a", parts / "model", {}, {}).ok(), stopAt == 10); // not half open
        auto second = Race::open(parts);
        ASSERT_TRUE(second) << second.error().message;
        ASSERT_TRUE((*second)->run({}, {}));
        EXPECT_EQ(weightsOf(parts / "a"), weightsOf(folder.path() / "whole" / "a"));
        EXPECT_EQ(factsOf((*second)->lanes()[0].points), factsOf(lanes[0].points));
    }
    spec.lanes[0].train.aids.gateSteps = spec.lanes[0].train.steps + 1;
    EXPECT_FALSE(Race::create(spec, {}, folder.path() / "never-open"));
    spec.lanes[0].train.aids.gateSteps = 9;
    spec.lanes[0].recipe->method = "net2net";
    const auto copies = Race::create(spec, {}, folder.path() / "copies");
    ASSERT_FALSE(copies);
    EXPECT_EQ(copies.error().message,
        "a: gates: found none that are new, wanted a start with new members beside its parent's");
}

TEST(Race, WhatGrowsOnTheWayComesInBehindGatesAndResumesBitForBit)
{
    const TemporaryFolder folder;
    RaceSpec spec = raceOf(folder, 2); // the second lane stays as it is
    GrowthStage stage{.atStep = 5,
        .shape = byteModel(1).config().shape,
        .method = "random-growth",
        .gateSteps = 4};
    stage.shape.layers += 1;
    stage.shape.mlp += 5;
    spec.lanes[0].train.growth = {stage};
    spec.lanes[0].train.evalEvery = 5;
    const auto models = [] {
        return std::vector<Model>{byteModel(1), byteModel(1)};
    };
    auto whole = Race::create(spec, models(), folder.path() / "whole");
    ASSERT_TRUE(whole) << whole.error().message;
    ASSERT_TRUE((*whole)->run({}, {}));
    const std::vector<LaneRecord> lanes = (*whole)->lanes();
    EXPECT_EQ(openLane(folder.path() / "whole" / "a")->config().shape, stage.shape);
    EXPECT_TRUE(lanes[0].points[5].validationLoss);
    for (const std::size_t step :
        {std::size_t{5}, std::size_t{6}}) // 6: the new parts are there, and shut
        EXPECT_NEAR(lanes[0].points[step].trainLoss, lanes[1].points[step].trainLoss, 1e-5);
    EXPECT_NE(lanes[0].points[8].trainLoss, lanes[1].points[8].trainLoss);
    for (const std::int64_t stopAt : {5, 7, 10}) { // before it grows, while gates rise, behind them
        const auto parts = folder.path() / std::to_string(stopAt);
        {
            auto first = Race::create(spec, models(), parts);
            ASSERT_FALSE(stoppedAt(stopAt, **first));
        }
        EXPECT_EQ(originOfLane(parts / "a")->gate, stopAt == 7 ? 0.5 : 1);
        auto second = Race::open(parts);
        ASSERT_TRUE(second) << second.error().message;
        ASSERT_TRUE((*second)->run({}, {}));
        EXPECT_EQ(weightsOf(parts / "a"), weightsOf(folder.path() / "whole" / "a"));
        EXPECT_EQ(factsOf((*second)->lanes()[0].points), factsOf(lanes[0].points));
    }
    spec.lanes[0].train.growth.push_back(stage);
    spec.lanes[0].train.growth[1].atStep = 7;
    spec.lanes[0].train.growth[1].shape.layers += 1;
    const auto halfOpen = Race::create(spec, models(), folder.path() / "half-open");
    ASSERT_FALSE(halfOpen);
    EXPECT_EQ(halfOpen.error().message,
        "a: gates: found growth at step 7, wanted it where the gates before it are open, from step "
        "9 on");
}

TEST(Race, AKilledRunGoesOnFromItsLastAutosave)
{
    const TemporaryFolder folder;
    const RaceSpec spec = raceOf(folder, 1);
    auto race = Race::create(spec, {byteModel(1)}, folder.path() / "run");
    ASSERT_TRUE(race);
    const auto dead = folder.path() / "dead";
    RaceObserver observer;
    observer.point = [&](std::size_t, const TrainPoint& point) {
        if (point.step == 8) // the folder as it would be if the process died now
            std::filesystem::copy(
                folder.path() / "run", dead, std::filesystem::copy_options::recursive);
    };
    ASSERT_TRUE((*race)->run(observer, {}));
    // A write that was under way when it died.
    std::filesystem::resize_file(dead / "run.h5", std::filesystem::file_size(dead / "run.h5") / 2);
    std::filesystem::create_directories(dead / "a" / "step-000010");
    const auto seen = readRun(dead);
    ASSERT_TRUE(seen) << seen.error().message;
    EXPECT_GE((*seen)[0].points.size(), 6U);
    auto resumed = Race::open(dead);
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ((*resumed)->lanes()[0].points.back().step, 5);
    ASSERT_TRUE((*resumed)->run({}, {}));
    EXPECT_EQ(weightsOf(dead / "a"), weightsOf(folder.path() / "run" / "a"));
}

TEST(Race, ALaneThatDivergesFailsAloneAndKeepsItsWeights)
{
    const TemporaryFolder folder;
    RaceSpec spec = raceOf(folder, 2);
    ParameterSet poisoned = cloneOf(*byteModel(1).impl().parameters());
    poisoned.at(Role::FinalNormBias)[0].fill_(std::numeric_limits<double>::quiet_NaN());
    auto race = Race::create(spec, {modelInMemory(poisoned), byteModel(2)}, folder.path() / "run");
    ASSERT_TRUE(race) << race.error().message;
    ASSERT_TRUE((*race)->run({}, {}));
    const std::vector<LaneRecord> lanes = (*race)->lanes();
    EXPECT_EQ(lanes[0].state, LaneState::Failed);
    EXPECT_EQ(lanes[0].note, "first non-finite loss at step 1");
    EXPECT_TRUE(std::isnan(lanes[0].points.back().trainLoss));
    EXPECT_TRUE(std::isnan(*lanes[0].points.front().validationLoss));
    EXPECT_EQ(lanes[1].state, LaneState::Finished);
    EXPECT_EQ((*readRun(folder.path() / "run"))[0].note, lanes[0].note);
}

TEST(Race, PausesWithACheckpointAndGoesOn)
{
    const TemporaryFolder folder;
    auto race = Race::create(raceOf(folder, 1), {byteModel(1)}, folder.path() / "run");
    ASSERT_TRUE(race);
    std::atomic<bool> pause = false;
    std::vector<LaneState> states;
    RaceObserver observer;
    observer.point = [&](std::size_t, const TrainPoint& point) {
        if (point.step == 3)
            pause = true;
    };
    observer.state = [&](std::size_t, LaneState state, const std::string&) {
        states.push_back(state);
        if (state == LaneState::Paused)
            std::thread([&] { pause = false; }).detach();
    };
    ASSERT_TRUE((*race)->run(observer, {}, &pause));
    EXPECT_EQ(states,
        (std::vector<LaneState>{
            LaneState::Running, LaneState::Paused, LaneState::Running, LaneState::Finished}));
}

TEST(Race, RefusesUsedFoldersBadSpecsAndASecondOwner)
{
    const TemporaryFolder folder;
    RaceSpec spec = raceOf(folder, 1);
    folder.write("used/file", "x");
    EXPECT_FALSE(Race::create(spec, {byteModel(1)}, folder.path() / "used"));
    auto race = Race::create(spec, {byteModel(1)}, folder.path() / "run");
    ASSERT_TRUE(race);
    const auto again = Race::open(folder.path() / "run");
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().message.find("another process"), std::string::npos);
    EXPECT_FALSE(Race::open(folder.path() / "nothing"));

    spec.lanes[0].train.data.source = "/no/such/text";
    EXPECT_FALSE(Race::create(spec, {byteModel(1)}, folder.path() / "left"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "left"));
    spec = raceOf(folder, 1);
    spec.lanes[0].id = "../x";
    EXPECT_FALSE(Race::create(spec, {byteModel(1)}, folder.path() / "left"));
}

TEST(RaceSpec, RoundTripsAndRefusesWhatItDoesNotKnow)
{
    const TemporaryFolder folder;
    RaceSpec spec = raceOf(folder, 2);
    Recipe recipe;
    recipe.parentPath = "/models/parent";
    recipe.shape = test::toyGpt2().shape;
    recipe.shape.vocab = recipe.shape.positions = 0; // not in the file
    spec.lanes[1].parentPath.clear();
    spec.lanes[1].recipe = recipe;
    const Result<RaceSpec> read = readRaceSpec(writeRaceSpec(spec), "race.json");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, spec);
    const auto refusal = [](std::string_view json) {
        return readRaceSpec(json, "race.json").error().message;
    };
    EXPECT_NE(refusal(R"({"lanes": []})").find("lanes"), std::string::npos);
    EXPECT_NE(refusal(R"({"lanes": [], "speed": 1})").find("race.json"), std::string::npos);
    std::string twice = writeRaceSpec(raceOf(folder, 2));
    twice.replace(twice.find("\"id\": \"b\""), 9, "\"id\": \"a\"");
    EXPECT_NE(refusal(twice).find("twice"), std::string::npos);
}

} // namespace
} // namespace espalier
