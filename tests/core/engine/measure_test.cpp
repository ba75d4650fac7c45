// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/resource_path.h"
#include "core/engine/measurement_key.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/tensors/fresh_parameters.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

Result<Measurements> measuredGarden(
    std::vector<std::string> ids, WeightsHeld held = WeightsHeld::AsMemoryAllows)
{
    const Result<Model> model = Model::open(resourceFolder() / "models" / "garden");
    if (!model)
        return model.error();
    return measure(*model,
        {.data = {.source = "demo:garden", .sequenceLength = 8},
            .samples = 2,
            .batch = 2,
            .ids = std::move(ids)},
        {}, held);
}

TEST(Measure, DoesWhatItIsAskedForOnce)
{
    const Result<Measurements> found = measuredGarden({"rms", "block-influence", "rms"});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_NE(found->scoresBy("rms"), nullptr);
    EXPECT_EQ(found->scores.size(), 1u);
    EXPECT_EQ(found->blockInfluence_L.size(), 8u);
    EXPECT_TRUE(found->change_L.empty() && found->lossRemoved_L.empty());
}

TEST(Measure, DoesTheUsualWhenNobodySaysWhat)
{
    const Result<Measurements> found = measuredGarden({});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_NE(found->scoresBy(kMeanAbs), nullptr);
    EXPECT_EQ(found->scores.size(), 1u);
    EXPECT_EQ(found->change_L.size(), 8u);
    EXPECT_EQ(found->lossRemoved_L.size(), 8u);
    EXPECT_TRUE(found->greedyRemoval_L.empty());
}

TEST(Measure, FindsTheSameWithOneBlockInMemory)
{
    const Result<Measurements> whole = measuredGarden({});
    const Result<Measurements> byBlock = measuredGarden({}, WeightsHeld::OneBlock);
    ASSERT_TRUE(whole && byBlock) << byBlock.error().message;
    EXPECT_EQ(*byBlock, *whole);
}

TEST(Measure, FindsTheSameGradientsOfActivationsWithOneBlockInMemory)
{
    const TemporaryFolder cache; // where streams are put aside
    ::setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
    const Result<Measurements> whole = measuredGarden({"rms", "activation-taylor"});
    const Result<Measurements> byBlock =
        measuredGarden({"rms", "activation-taylor"}, WeightsHeld::OneBlock);
    ASSERT_TRUE(whole && byBlock) << byBlock.error().message;
    EXPECT_EQ(*byBlock, *whole);
}

TEST(Measure, RefusesToReadBlocksOfAModelWithoutFiles)
{
    const Result<Model> garden = Model::open(resourceFolder() / "models" / "garden");
    ASSERT_TRUE(garden);
    ModelConfig small = garden->config();
    small.shape.layers = 1;
    const Model fresh = modelInMemory(freshParameters(small, {}));
    const Result<Measurements> found =
        measure(fresh, {.data = {.source = "demo:garden", .sequenceLength = 8}, .samples = 2}, {},
            WeightsHeld::OneBlock);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Refused);
}

TEST(Measure, RefusesWhatItDoesNotKnow)
{
    const Result<Measurements> found = measuredGarden({"tailor"});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message,
        "measuring: found no measurement \"tailor\", did you mean \"taylor\"?");
}

class MeasuringOnce : public ::testing::Test
{
protected:
    MeasuringOnce()
    {
        ::setenv("XDG_CACHE_HOME", m_folder.path().c_str(), 1);
    }
    [[nodiscard]] Measurements measured(std::int64_t samples) const
    {
        return measureOnce(*m_model,
            {.data = {.source = "demo:garden", .sequenceLength = 8},
                .samples = samples,
                .batch = 2,
                .ids = {"rms"}})
            .value();
    }
    [[nodiscard]] std::vector<std::filesystem::path> kept() const
    {
        std::vector<std::filesystem::path> files;
        for (const auto& entry :
            std::filesystem::directory_iterator(m_folder.path() / "espalier" / "measurements"))
            files.push_back(entry.path());
        return files;
    }

    TemporaryFolder m_folder;
    Result<Model> m_model = Model::open(resourceFolder() / "models" / "garden");
};

TEST_F(MeasuringOnce, IsWhatMeasuringIs)
{
    const Measurements fresh = measured(2);
    EXPECT_EQ(fresh, measuredGarden({"rms"}).value());
    ASSERT_EQ(kept().size(), 1U);
    Measurements marked = loadMeasurements(kept()[0]).value();
    marked.tokens = 1234;
    ASSERT_TRUE(saveMeasurements(marked, kept()[0]));
    const Measurements again = measured(2);
    EXPECT_EQ(again.tokens, 1234) << "it was read, not measured";
    EXPECT_EQ(again.source, fresh.source);
    EXPECT_EQ(measured(4).samples, 4);
    EXPECT_EQ(kept().size(), 2U) << "other samples are measured on their own";
}

TEST_F(MeasuringOnce, TellsModelsOfTheSameWeightsApart)
{
    const std::string weights = "same";
    const std::function<Batch(std::int64_t)> batchAt = [](std::int64_t) {
        return Batch{};
    };
    const auto keyOf = [&](const ModelConfig& config) {
        return measurementKey({.weightsHash = weights,
            .config = config,
            .ids = {"rms"},
            .batches = 1,
            .batchAt = batchAt});
    };
    ModelConfig other = m_model->config();
    other.flavour.activation = Activation::Relu;
    EXPECT_NE(keyOf(other), keyOf(m_model->config()));
    EXPECT_EQ(keyOf(m_model->config()), keyOf(m_model->config()));
}

} // namespace
} // namespace espalier
