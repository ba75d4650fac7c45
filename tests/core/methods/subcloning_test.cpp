// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/catalog.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <cmath>

namespace espalier {

namespace {

using Indices = std::vector<std::int64_t>;

Result<TransferPlan> plan(
    ModelShape shape, Options options = {}, ModelConfig parent = test::toyConfig())
{
    const Measurements measurements = test::toyMeasurements();
    return makePlan(*findMethod("subcloning"),
        {.parent = std::move(parent),
            .childShape = shape,
            .measurements = &measurements,
            .options = std::move(options)});
}

Options option(const char* key, OptionValue value)
{
    return {{key, std::move(value)}};
}

std::vector<int> parentBlocks(const TransferPlan& plan)
{
    std::vector<int> blocks;
    for (const DestinationBlock& block : plan.blocks)
        blocks.push_back(block.terms.at(0).parentBlock);
    return blocks;
}

const Indices& kept(const TransferPlan& plan, std::size_t block, AxisLabel label)
{
    return plan.blocks.at(block).terms.at(0).maps.at(label).child_from_parent;
}

} // namespace

TEST(Subcloning, KeepsOneResidualSetForTheWholeNetworkByImportance)
{
    const auto half = plan(test::toyShape(4, 2, 1, 2));
    ASSERT_TRUE(half) << half.error().message;
    EXPECT_EQ(half->globalMaps.at(AxisLabel::Residual).child_from_parent, (Indices{0, 2}));
}

TEST(Subcloning, KeepsHeadsAndMlpUnitsOfEachBlockByTheirOwnScores)
{
    const auto half = plan(test::toyShape(4, 2, 1, 2));
    ASSERT_TRUE(half);
    EXPECT_EQ(kept(*half, 0, AxisLabel::Query), (Indices{2, 3})) << "head 1 is louder in block 0";
    EXPECT_EQ(kept(*half, 1, AxisLabel::Query), (Indices{0, 1})) << "head 0 is louder in block 1";
    EXPECT_EQ(kept(*half, 0, AxisLabel::Context), kept(*half, 0, AxisLabel::Query));
    EXPECT_EQ(kept(*half, 0, AxisLabel::Key), (Indices{2, 3}));
    EXPECT_EQ(kept(*half, 0, AxisLabel::Mlp), (Indices{0, 2}));
}

TEST(Subcloning, ScalesMatricesByTheSquareRootOfTheWidthRatioAndNothingElse)
{
    const auto half = plan(test::toyShape(4, 2, 1, 2));
    ASSERT_TRUE(half);
    for (const Role role :
        {Role::QkvWeight, Role::AttentionOutWeight, Role::MlpUpWeight, Role::MlpDownWeight})
        EXPECT_DOUBLE_EQ(half->rules.at({role, 0}).scale, std::sqrt(2.0)) << nameOf(role);
    for (const Role role : {Role::QkvBias, Role::AttentionNormGain, Role::MlpUpBias})
        EXPECT_FALSE(half->rules.contains({role, 0})) << nameOf(role);
    EXPECT_FALSE(half->rules.contains({Role::TokenEmbedding, -1}));
}

TEST(Subcloning, ExactFanInScalesTheDownProjectionByItsOwnRatio)
{
    const auto half = plan(test::toyShape(4, 2, 1, 2), option("scale", std::string("fan-in")));
    ASSERT_TRUE(half);
    EXPECT_DOUBLE_EQ(half->rules.at({Role::MlpDownWeight, 0}).scale, std::sqrt(3.0 / 2.0));
    EXPECT_DOUBLE_EQ(half->rules.at({Role::QkvWeight, 0}).scale, std::sqrt(2.0));
}

TEST(Subcloning, NoScaleMeansNoRules)
{
    const auto half = plan(test::toyShape(4, 2, 1, 2), option("scale", std::string("none")));
    ASSERT_TRUE(half);
    EXPECT_TRUE(half->rules.empty());
}

TEST(Subcloning, ATiedHeadsFactorGoesIntoTheFinalNormOrAnOwnCopyOrNowhere)
{
    const auto fold = plan(test::toyShape(4, 2, 1, 2));
    ASSERT_TRUE(fold);
    EXPECT_DOUBLE_EQ(fold->rules.at({Role::FinalNormGain, -1}).scale, std::sqrt(2.0));
    EXPECT_DOUBLE_EQ(fold->rules.at({Role::FinalNormBias, -1}).scale, std::sqrt(2.0));
    EXPECT_TRUE(fold->child.flavour.tiedHead);

    const auto untie = plan(test::toyShape(4, 2, 1, 2), option("tied-head", std::string("untie")));
    ASSERT_TRUE(untie) << untie.error().message;
    EXPECT_FALSE(untie->child.flavour.tiedHead);
    EXPECT_EQ(untie->rules.at({Role::HeadWeight, -1}).source, Role::TokenEmbedding);
    EXPECT_DOUBLE_EQ(untie->rules.at({Role::HeadWeight, -1}).scale, std::sqrt(2.0));
    EXPECT_FALSE(untie->rules.contains({Role::FinalNormGain, -1}));

    const auto none = plan(test::toyShape(4, 2, 1, 2), option("tied-head", std::string("none")));
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->rules.contains({Role::FinalNormGain, -1}));
}

TEST(Subcloning, RemovesBlocksByEveryDepthRule)
{
    const ModelShape two = test::toyShape(2, 4, 2, 3);
    EXPECT_EQ(parentBlocks(*plan(two)), (std::vector<int>{0, 3}));
    EXPECT_EQ(
        parentBlocks(*plan(two, option("depth", std::string("first")))), (std::vector<int>{0, 1}));
    EXPECT_EQ(
        parentBlocks(*plan(two, option("depth", std::string("last")))), (std::vector<int>{2, 3}));
    const ModelShape three = test::toyShape(3, 4, 2, 3);
    EXPECT_EQ(parentBlocks(*plan(three, option("depth", std::string("lowest-change")))),
        (std::vector<int>{0, 1, 3}));
    Options list = option("depth", std::string("list"));
    list["blocks"] = Indices{3, 0, 0};
    EXPECT_EQ(parentBlocks(*plan(three, list)), (std::vector<int>{3, 0, 0}));
}

TEST(Subcloning, RefusesABlockListOfAnotherLength)
{
    Options list = option("depth", std::string("list"));
    list["blocks"] = Indices{1};
    const auto refused = plan(test::toyShape(3, 4, 2, 3), list);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Refused);
    EXPECT_NE(refused.error().message.find("lists 1 parent blocks, the destination has 3 layers"),
        std::string::npos);
}

TEST(Subcloning, FullSizeIsTheIdentity)
{
    for (const char* order : {"importance", "first", "stride", "random"}) {
        const auto full = plan(test::toyConfig().shape, option("order", std::string(order)));
        ASSERT_TRUE(full) << full.error().message;
        EXPECT_EQ(full->globalMaps.at(AxisLabel::Residual), AxisMap::identity(4)) << order;
        EXPECT_EQ(full->blocks.at(1).terms.at(0).maps.at(AxisLabel::Mlp), AxisMap::identity(3))
            << order;
        EXPECT_TRUE(full->rules.empty()) << order;
        EXPECT_EQ(parentBlocks(*full), (std::vector<int>{0, 1, 2, 3})) << order;
    }
}

TEST(Subcloning, EqualLayerWeightsChangeWhichTapsDecide)
{
    Measurements m = test::toyMeasurements();
    ChannelScores& scores = m.scores[std::string(kMeanAbs)];
    scores.afterMlp_LD.values.assign(16, 0.0);
    scores.afterAttention_LD.values.assign(16, 0.0);
    for (int l = 0; l < 3; ++l)
        scores.afterMlp_LD.values[static_cast<std::size_t>(l * 4)] =
            1; // channel 0 leads in three quiet taps …
    scores.afterMlp_LD.values[13] = 100; // … channel 1 in one loud tap
    PlanRequest request{
        .parent = test::toyConfig(), .childShape = test::toyShape(4, 2, 1, 2), .measurements = &m};
    scores.embedding_D = {0, 0, 0, 0};
    const auto first = [&](bool normalise) {
        request.options["normalise"] = normalise;
        std::vector<double> shares;
        return makePlan(*findMethod("subcloning"), request)
            ->globalMaps.at(AxisLabel::Residual)
            .child_from_parent;
    };
    EXPECT_EQ(first(false), (Indices{0, 1}));
    scores.afterMlp_LD.values[2] = 2; // channel 2 dominates block 0's tap once taps weigh alike:
                                      // 2/3 against 1/1 of the loud one
    scores.afterMlp_LD.values[6] = 2;
    EXPECT_EQ(first(false), (Indices{1, 2})) << "sums are 3, 100, 4";
    EXPECT_EQ(first(true), (Indices{0, 2})) << "sums are 1/3 + 1/3 + 1, 1, 2/3 + 2/3";
}

TEST(Subcloning, DropsHeadsEquallyInsideKeyValueGroups)
{
    ModelConfig parent = test::toyConfig();
    parent.shape.hidden = 8;
    parent.shape.heads = 4;
    parent.shape.kvHeads = 2;
    parent.shape.layers = 1;
    Measurements m = test::toyMeasurements();
    ChannelScores& scores = m.scores[std::string(kMeanAbs)];
    scores.embedding_D.assign(8, 1.0);
    scores.attentionNorm_LD = scores.mlpNorm_LD = scores.afterAttention_LD = scores.afterMlp_LD =
        test::matrixOf(1, 8, std::vector<double>(8, 1.0));
    scores.context_LC = test::matrixOf(1, 8, {1, 1, 9, 9, 8, 8, 2, 2});
    scores.mlp_LM = test::matrixOf(1, 3, {1, 2, 3});
    m.change_L = {1};
    ModelShape child = parent.shape;
    child.hidden = 4;
    child.heads = 2;
    const auto halved = makePlan(
        *findMethod("subcloning"), {.parent = parent, .childShape = child, .measurements = &m});
    ASSERT_TRUE(halved) << halved.error().message;
    EXPECT_EQ(kept(*halved, 0, AxisLabel::Query), (Indices{2, 3, 4, 5}))
        << "head 1 of group 0, head 2 of group 1";
    EXPECT_EQ(halved->blocks[0].terms[0].maps.at(AxisLabel::Key), AxisMap::identity(4));
}

TEST(Subcloning, RefusesWithoutMeasurementsUnlessTheOrderNeedsNone)
{
    PlanRequest request{.parent = test::toyConfig(), .childShape = test::toyShape(4, 2, 1, 2)};
    EXPECT_FALSE(makePlan(*findMethod("subcloning"), request));
    request.options["order"] = std::string("first");
    EXPECT_TRUE(makePlan(*findMethod("subcloning"), request));
}

TEST(Subcloning, RefusesMeasurementsOfAnotherParent)
{
    Measurements m = test::toyMeasurements();
    m.scores[std::string(kMeanAbs)].mlp_LM = test::matrixOf(4, 2, std::vector<double>(8, 1.0));
    const auto refused = makePlan(*findMethod("subcloning"),
        {.parent = test::toyConfig(),
            .childShape = test::toyShape(4, 2, 1, 2),
            .measurements = &m});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "measurements: mlp holds 8 values, the parent needs 12");
}

TEST(Subcloning, RefusesMeasurementsWithoutItsScores)
{
    Measurements m = test::toyMeasurements();
    m.scores.clear();
    const auto refused = makePlan(*findMethod("subcloning"),
        {.parent = test::toyConfig(),
            .childShape = test::toyShape(4, 2, 1, 2),
            .measurements = &m});
    ASSERT_FALSE(refused);
    EXPECT_EQ(
        refused.error().message, "measurements: found no scores by mean-abs, measure mean-abs");
}

TEST(Subcloning, WantsNoMoreThanItsChoicesRead)
{
    Measurements m = test::toyMeasurements();
    m.change_L.clear();
    PlanRequest request{
        .parent = test::toyConfig(), .childShape = test::toyShape(2, 2, 1, 2), .measurements = &m};
    EXPECT_TRUE(makePlan(*findMethod("subcloning"), request));
    request.options["depth"] = std::string("lowest-change");
    const auto refused = makePlan(*findMethod("subcloning"), request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
        "measurements: found no numbers of blocks, measure residual-change");
    m = test::toyMeasurements();
    m.scores.clear();
    request.options["order"] = std::string("first");
    EXPECT_TRUE(makePlan(*findMethod("subcloning"), request));
}

TEST(Subcloning, EqualRequestsMakeEqualPlans)
{
    EXPECT_EQ(*plan(test::toyShape(2, 2, 1, 2)), *plan(test::toyShape(2, 2, 1, 2)));
}

} // namespace espalier
