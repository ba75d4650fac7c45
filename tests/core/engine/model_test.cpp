// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model.h"

#include "core/architectures/catalog.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "tests/support/engine/reference_model.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cmath>

namespace espalier {
namespace {

constexpr const char* kGpt2 = "gpt2-untied"; // 12 channels, 14 MLP units

TEST(Model, ListsTheTensorsOfItsFiles)
{
    const test::ReferenceFolder folder(kGpt2);
    const Result<Model> model = Model::open(folder.path());
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(model->name(), folder.path().filename());
    EXPECT_EQ(model->config().shape.mlp, 14);
    EXPECT_FALSE(model->hasFreshWeights());
    bool found = false;
    for (const TensorInfo& tensor : model->tensors())
        if (tensor.name == "transformer.h.1.mlp.c_fc.weight") {
            found = true;
            EXPECT_EQ(tensor.parameter, (ParameterId{Role::MlpUpWeight, 1}));
            EXPECT_EQ(tensor.sizes, (std::vector<std::int64_t>{12, 14}));
            EXPECT_EQ(tensor.bytes, 12 * 14 * 4);
            EXPECT_EQ(tensor.file, "model.safetensors");
        }
    EXPECT_TRUE(found);
}

TEST(Model, ValuesAreInTheirLogicalLayout)
{
    const test::ReferenceFolder folder(kGpt2);
    const Result<Model> model = Model::open(folder.path());
    ASSERT_TRUE(model.ok());
    const ParameterValues up = model->values({Role::MlpUpWeight, 0}).value();
    EXPECT_EQ(up.rows, 14);
    EXPECT_EQ(up.cols, 12);
    const ParameterValues bias = model->values({Role::MlpUpBias, 0}).value();
    EXPECT_EQ(bias.rows, 1);
    EXPECT_EQ(bias.cols, 14);
}

TEST(Model, FolderWithOnlyAConfigHasFreshWeightsFromItsSeed)
{
    const TemporaryFolder place;
    place.write("m/config.json", writeModelConfig(test::toyGpt2()));
    const Model a = Model::open(place.path() / "m", {}, {1}).value();
    const Model again = Model::open(place.path() / "m", {}, {1}).value();
    const Model other = Model::open(place.path() / "m", {}, {2}).value();
    EXPECT_TRUE(a.hasFreshWeights());
    EXPECT_EQ(a.weightsHash().value(), again.weightsHash().value());
    EXPECT_NE(a.weightsHash().value(), other.weightsHash().value());
}

TEST(Model, AFolderOfTheHuggingFaceCacheStandsForItsSnapshot)
{
    const TemporaryFolder place;
    const test::ReferenceFolder folder(kGpt2);
    const auto snapshot = place.path() / "models--a--b/snapshots/0123";
    place.write("models--a--b/refs/main", "0123");
    std::filesystem::create_directories(snapshot);
    for (const char* file : {"config.json", "model.safetensors"})
        std::filesystem::copy_file(folder.path() / file, snapshot / file);
    const Result<Model> model = Model::open(place.path() / "models--a--b");
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->path(), snapshot);
    EXPECT_EQ(model->weightsHash().value(), Model::open(folder.path())->weightsHash().value());
}

TEST(Model, WhatIsNotAModelIsRefused)
{
    const TemporaryFolder place;
    EXPECT_EQ(Model::open(place.path() / "nothing").error().code, ErrorCode::Refused);
    place.write("m/config.json", writeModelConfig(test::toyGpt2()));
    place.write("m/pytorch_model.bin", "x");
    const Error error = Model::open(place.path() / "m").error();
    EXPECT_EQ(error.code, ErrorCode::Refused);
    EXPECT_NE(error.message.find("is not a file that torch.save"), std::string::npos);
}

TEST(Model, WeightsThatMemoryCannotHoldAreRefusedWithBothNumbers)
{
    const TemporaryFolder place;
    const std::int64_t hidden = 1 << 18;
    place.write("m/config.json",
        writeModelConfig(test::toyGpt2(
            {.hidden = hidden, .heads = 8, .headDim = hidden / 8, .mlp = 4 * hidden})));
    const Result<Model> model = Model::open(place.path() / "m");
    ASSERT_TRUE(model) << model.error().message;
    const Error error = model->weightsHash().error();
    EXPECT_EQ(error.code, ErrorCode::Resource);
    EXPECT_NE(error.message.find("not enough memory: need 6"), std::string::npos) << error.message;
}

TEST(Model, CountsValuesThatNoArithmeticSurvives)
{
    ParameterSet parameters = test::toyParameters(test::toyGpt2());
    EXPECT_EQ(modelInMemory(cloneOf(parameters)).nonFiniteWeights().value().nan, 0);
    parameters.at(Role::MlpUpBias, 1).fill_(NAN);
    const NonFiniteWeights found = modelInMemory(parameters).nonFiniteWeights().value();
    EXPECT_EQ(found.nan, 10);
    EXPECT_EQ(found.infinite, 0);
    EXPECT_EQ(found.first, (ParameterId{Role::MlpUpBias, 1}));
}

TEST(ScaleModel, FullSizePlanKeepsTheHash)
{
    const test::ReferenceFolder folder(kGpt2);
    const Model parent = Model::open(folder.path()).value();
    const Model child = scaleModel(parent, test::identityPlan(parent.config())).value();
    EXPECT_EQ(child.weightsHash().value(), parent.weightsHash().value());
    EXPECT_TRUE(child.path().empty());
}

TEST(ScaleModel, OneParameterAloneIsTheSameAsAmongAll)
{
    const test::ReferenceFolder folder(kGpt2);
    const Model parent = Model::open(folder.path()).value();
    const TransferPlan plan = test::permutationPlan(parent.config(), {3});
    const Model child = scaleModel(parent, plan).value();
    const ParameterId id{Role::QkvWeight, 1};
    EXPECT_EQ(scaledValues(parent, plan, id).value().values, child.values(id).value().values);
}

TEST(Guarded, MemoryThatCannotBeHadIsAResource)
{
    const Status status = guarded([]() -> Status {
        (void)at::empty({std::int64_t{1} << 60}, at::kFloat);
        return {};
    });
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::Resource);
    EXPECT_EQ(status.error().message.find('\n'), std::string::npos);
}

TEST(Guarded, OtherExceptionsAreOurBugs)
{
    const Status status = guarded([]() -> Status {
        (void)at::matmul(at::ones({2, 3}), at::ones({2, 3}));
        return {};
    });
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::Internal);
}

} // namespace
} // namespace espalier
