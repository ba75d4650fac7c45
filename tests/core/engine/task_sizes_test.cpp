// SPDX-License-Identifier: GPL-3.0-or-later
//
// What happens to destinations of another task than their parent's on the way through the engine.

#include "core/engine/compare.h"
#include "core/engine/model_impl.h"
#include "core/engine/race.h"
#include "core/engine/session.h"
#include "tests/support/engine/toy_images.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

class TaskSizesInTheEngine : public ::testing::Test
{
protected:
    TaskSizesInTheEngine()
    {
        std::string text;
        for (int i = 0; i < 400; ++i)
            text += "the quick brown fox ";
        m_text = m_folder.write("text.txt", text).string();
        ModelConfig bytes = test::toyGpt2();
        bytes.shape.vocab = 256;
        writeParent(bytes, "parent");
    }

    void writeParent(const ModelConfig& config, const char* name)
    {
        const auto written = exportModel(
            modelInMemory(test::toyParameters(config)), nullptr, m_folder.path() / name, {});
        ASSERT_TRUE(written) << written.error().message;
    }

    /// The parent's trunk by a method that changes nothing there.
    [[nodiscard]] Recipe asking(
        const char* parent, Size size, std::int64_t value, const char* method = "net2net") const
    {
        Recipe recipe;
        recipe.parentPath = (m_folder.path() / parent).string();
        recipe.method = method;
        const auto model = Model::open(recipe.parentPath);
        EXPECT_TRUE(model) << model.error().message;
        recipe.shape = askedSizes(model->config().shape, model->config().shape);
        set(recipe.shape, size, value);
        return recipe;
    }

    [[nodiscard]] RaceSpec raceOf(const Recipe& recipe, const std::string& data) const
    {
        LaneSpec lane{.id = "a", .title = "a", .parentPath = {}, .recipe = recipe, .train = {}};
        lane.train.data.source = data;
        lane.train.steps = 4;
        lane.train.batch = 2;
        lane.train.evalSamples = 2;
        lane.train.device = "cpu";
        return {.lanes = {lane}, .stepsPerTurn = 2};
    }

    /// Two pictures of every class for training and validation.
    [[nodiscard]] std::string pictures(int classes) const
    {
        for (const char* part : {"train", "test"})
            for (int i = 0; i < 2 * classes; ++i)
                test::writePng(m_folder.path() / "pictures" / part / std::to_string(i / 2)
                        / (std::to_string(i) + ".png"),
                    8, 8, {static_cast<std::uint8_t>(40 * i), 0, 0});
        return (m_folder.path() / "pictures").string();
    }

    TemporaryFolder m_folder;
    std::string m_text;
};

ModelConfig smallVit()
{
    ModelConfig config = test::toyVit({.layers = 1});
    config.shape.channels = 3;
    return config;
}

TEST_F(TaskSizesInTheEngine, ALargerVocabularyTrainsGoesOnAndIsExportedWithItsTokenizer)
{
    const RaceSpec spec = raceOf(asking("parent", Size::Vocab, 300), m_text);
    {
        auto race = Race::create(spec, {}, m_folder.path() / "run");
        ASSERT_TRUE(race) << race.error().message;
        std::stop_source stop;
        RaceObserver observer;
        observer.point = [&](std::size_t, const TrainPoint& point) {
            if (point.step == 2)
                stop.request_stop();
        };
        ASSERT_FALSE((*race)->run(observer, stop.get_token()));
    }
    auto again = Race::open(m_folder.path() / "run");
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_TRUE((*again)->run({}, {}));
    const auto exported =
        exportLane(m_folder.path() / "run" / "a", m_folder.path() / "out", {}, {});
    ASSERT_TRUE(exported) << exported.error().message;
    const auto child = Model::open(m_folder.path() / "out");
    ASSERT_TRUE(child) << child.error().message;
    EXPECT_EQ(child->config().shape.vocab, 300);
    const auto score = evaluate(*child, {.source = m_text}, 4, {});
    ASSERT_TRUE(score) << score.error().message;
    EXPECT_NEAR(score->chance, std::log(300), 1e-6);
    EXPECT_TRUE(evaluate(*child, {.source = "demo:garden"}, 2, {}).ok()) << "still bytes";
}

TEST_F(TaskSizesInTheEngine, AFittedStartIsFittedOnTheParentsTask)
{
    Recipe recipe = asking("parent", Size::Vocab, 300, "subcloning");
    recipe.shape.mlp = 5;
    recipe.options["scale"] = std::string("output-std");
    recipe.measure = MeasureSettings{.data = {.source = m_text}, .samples = 4};
    const auto planned = planRecipe(recipe, std::nullopt, {});
    ASSERT_TRUE(planned) << planned.error().message;
    EXPECT_EQ(planned->plan.child.shape.vocab, 300);
    EXPECT_TRUE(planned->plan.globalMaps.contains(AxisLabel::Vocab));
}

TEST_F(TaskSizesInTheEngine, ALearnedStartLearnsTheTrunkAlone)
{
    Recipe recipe = asking("parent", Size::Positions, 20, "ligo");
    recipe.shape.mlp = 12;
    recipe.options["steps"] = std::int64_t{1};
    recipe.measure = MeasureSettings{.data = {.source = m_text}, .samples = 4};
    const auto planned = planRecipe(recipe, std::nullopt, {});
    ASSERT_TRUE(planned) << planned.error().message;
    ASSERT_TRUE(planned->operators);
    EXPECT_EQ(planned->operators->child.positions, 9);
    EXPECT_EQ(planned->plan.child.shape.positions, 20);
    EXPECT_EQ(planned->plan.globalMaps.at(AxisLabel::Position).childLength, 20);
}

TEST_F(TaskSizesInTheEngine, ATeacherOfAnotherVocabularyIsRefusedBeforeTheRace)
{
    RaceSpec spec = raceOf(asking("parent", Size::Vocab, 300), m_text);
    spec.lanes[0].train.aids.distillation = Distillation{};
    const auto race = Race::create(spec, {}, m_folder.path() / "run");
    ASSERT_FALSE(race);
    EXPECT_TRUE(race.error().message.ends_with(": found vocab 256, wanted 300 as in the student"))
        << race.error().message;
    EXPECT_FALSE(std::filesystem::exists(m_folder.path() / "run"));
}

TEST_F(TaskSizesInTheEngine, ATeacherWithFewerPositionsThanTheSamplesIsRefused)
{
    RaceSpec spec = raceOf(asking("parent", Size::Positions, 20), m_text);
    spec.lanes[0].train.aids.distillation = Distillation{};
    const auto race = Race::create(spec, {}, m_folder.path() / "run");
    ASSERT_FALSE(race);
    EXPECT_TRUE(race.error().message.ends_with(
        ": found 9 positions, wanted at least 20 as samples have tokens"))
        << race.error().message;
    spec.lanes[0].train.data.sequenceLength = 9;
    EXPECT_TRUE(Race::create(spec, {}, m_folder.path() / "run").ok());
}

TEST_F(TaskSizesInTheEngine, AHeadOfOtherClassesTrainsOnDataOfItsOwn)
{
    writeParent(smallVit(), "vit"); // 7 classes
    const std::string data = pictures(3);
    const RaceSpec spec = raceOf(asking("vit", Size::Classes, 3), data);
    auto race = Race::create(spec, {}, m_folder.path() / "run");
    ASSERT_TRUE(race) << race.error().message;
    const Status done = (*race)->run({}, {});
    ASSERT_TRUE(done) << done.error().message;
    const auto child = openLane(m_folder.path() / "run" / "a");
    ASSERT_TRUE(child) << child.error().message;
    EXPECT_EQ(child->config().shape.classes, 3);
    EXPECT_FALSE(
        Race::create(raceOf(asking("vit", Size::Classes, 4), data), {}, m_folder.path() / "other")
            .ok());
}

TEST_F(TaskSizesInTheEngine, PicturesAreMadeTheDestinationsSize)
{
    writeParent(smallVit(), "vit"); // 8 x 4
    Recipe recipe = asking("vit", Size::Image, 12);
    recipe.shape.classes = 3;
    const auto planned = planRecipe(recipe, std::nullopt, {});
    ASSERT_TRUE(planned) << planned.error().message;
    const auto child = scaleModel(planned->parent, planned->plan);
    ASSERT_TRUE(child) << child.error().message;
    const auto score = evaluate(*child, {.source = pictures(3)}, 4, {});
    ASSERT_TRUE(score) << score.error().message;
    EXPECT_NEAR(score->chance, std::log(3), 1e-6);
}

TEST_F(TaskSizesInTheEngine, StartsAreComparedOnTheirOwnTask)
{
    writeParent(smallVit(), "vit");
    const auto parent = Model::open(m_folder.path() / "vit");
    ASSERT_TRUE(parent);
    ComparisonSettings settings;
    settings.shape = asking("vit", Size::Classes, 3).shape;
    settings.arms = {{.name = "net2net", .method = "net2net", .options = {}},
        {.name = "random", .method = "random", .options = {}}};
    settings.train.data.source = pictures(3);
    settings.train.steps = 1;
    settings.train.batch = 2;
    settings.train.evalSamples = 2;
    settings.learningRates = {1e-3};
    settings.seeds = 1;
    int runs = 0;
    ComparisonObserver observer;
    observer.run = [&](const ComparisonRun& run) -> Status {
        ++runs;
        EXPECT_TRUE(std::isfinite(run.trainedLoss)) << run.arm;
        return {};
    };
    observer.refused = [](const RefusedArm& arm) {
        ADD_FAILURE() << arm.reason;
    };
    const Status done = compareStarts(*parent, settings, {}, observer, {});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(runs, 2);
}

} // namespace
} // namespace espalier
