// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/keep_axes.h"
#include "core/methods/shrink.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

using Indices = std::vector<std::int64_t>;

/// The toy at half width under this rule.
Result<TransferPlan> halved(
    const WidthRule& rule, const Measurements& measurements, ModelConfig parent = test::toyConfig())
{
    const PlanRequest request{.parent = std::move(parent),
        .childShape = test::toyShape(4, 2, 1, 2),
        .measurements = &measurements,
        .seed = {3}};
    return planShrink("test", request, {.width = rule});
}

const Indices& stream(const TransferPlan& plan)
{
    return plan.globalMaps.at(AxisLabel::Residual).child_from_parent;
}

const Indices& kept(const TransferPlan& plan, std::size_t block, AxisLabel label)
{
    return plan.blocks.at(block).terms.at(0).maps.at(label).child_from_parent;
}

} // namespace

TEST(KeepAxes, TapsChooseWhichPlacesAreSummed)
{
    Measurements m = test::toyMeasurements();
    ChannelScores& scores = m.scores.at(std::string(kMeanAbs));
    scores.embedding_D = {0, 90, 0, 0};
    scores.attentionNorm_LD = scores.mlpNorm_LD =
        test::matrixOf(4, 4, {0, 0, 0, 9, 0, 0, 8, 0, 0, 0, 0, 9, 0, 0, 8, 0});
    // the stream sums to 30, 10, 40, 20 after attention and after the MLP
    const auto keptBy = [&](Taps taps) {
        return stream(*halved({.taps = taps}, m));
    };
    EXPECT_EQ(keptBy(Taps::Sublayers), (Indices{1, 2})) << "60, 110, 80, 40";
    EXPECT_EQ(keptBy(Taps::Blocks), (Indices{1, 2})) << "30, 100, 40, 20";
    EXPECT_EQ(keptBy(Taps::NoEmbedding), (Indices{0, 2})) << "60, 20, 80, 40";
    EXPECT_EQ(keptBy(Taps::Norms), (Indices{2, 3})) << "0, 0, 32, 36";
    EXPECT_EQ(keptBy(Taps::All), (Indices{1, 2})) << "60, 110, 112, 76";
}

TEST(KeepAxes, PlacesThatTheMetricHasNotScoredAreLeftOut)
{
    Measurements m = test::toyMeasurements();
    ChannelScores& scores = m.scores.at(std::string(kMeanAbs));
    scores.embedding_D.clear();
    scores.afterAttention_LD = {};
    EXPECT_EQ(stream(*halved({}, m)), (Indices{0, 2}));
    scores.afterMlp_LD = {};
    const auto nothing = halved({}, m);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().message,
        "measurements: found no scores of residual channels at these taps by mean-abs, measure "
        "mean-abs");
    EXPECT_TRUE(halved({.taps = Taps::Norms}, m));
}

TEST(KeepAxes, HeadsAndUnitsWithoutScoresAreRefusedWhereTheyMustBeRanked)
{
    Measurements m = test::toyMeasurements();
    m.scores.at(std::string(kMeanAbs)).context_LC = {};
    EXPECT_EQ(halved({}, m).error().message,
        "measurements: found no scores of heads by mean-abs, measure mean-abs");
    m = test::toyMeasurements();
    m.scores.at(std::string(kMeanAbs)).mlp_LM = {};
    EXPECT_EQ(halved({}, m).error().message,
        "measurements: found no scores of MLP units by mean-abs, measure mean-abs");
    EXPECT_TRUE(halved({.order = Order::Stride}, m)) << "looks at nothing";
}

TEST(KeepAxes, AHeadsScoreIsTheMeanOrTheRootOfSquaresOfItsChannels)
{
    Measurements m = test::toyMeasurements();
    Matrix& context_LC = m.scores.at(std::string(kMeanAbs)).context_LC;
    std::copy_n(std::vector<double>{3, 3, 5, 0}.begin(), 4, context_LC.values.begin());
    EXPECT_EQ(kept(*halved({}, m), 0, AxisLabel::Query), (Indices{0, 1})) << "3 against 2.5";
    EXPECT_EQ(kept(*halved({.headScore = HeadScore::L2}, m), 0, AxisLabel::Query), (Indices{2, 3}))
        << "4.24 against 5";
}

TEST(KeepAxes, ScoresOfAnotherMetricAreReadByItsName)
{
    Measurements m = test::toyMeasurements();
    m.scores["wanda"] = m.scores.at(std::string(kMeanAbs));
    m.scores["wanda"].mlp_LM = test::matrixOf(4, 3, {1, 2, 3, 3, 2, 1, 1, 3, 2, 9, 9, 9});
    const auto plan = halved({.metric = "wanda"}, m);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(kept(*plan, 0, AxisLabel::Mlp), (Indices{1, 2}));
    EXPECT_EQ(kept(*plan, 3, AxisLabel::Mlp), (Indices{0, 1})) << "ties go to the lower index";
}

TEST(KeepAxes, NaNScoresRankLast)
{
    Measurements m = test::toyMeasurements();
    ChannelScores& scores = m.scores.at(std::string(kMeanAbs));
    scores.embedding_D[2] = std::nan("");
    scores.mlp_LM.values[2] = std::nan("");
    const auto plan = halved({}, m);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(stream(*plan), (Indices{0, 3}));
    EXPECT_EQ(kept(*plan, 0, AxisLabel::Mlp), (Indices{0, 1}));
    EXPECT_EQ(*plan, *halved({}, m));
}

TEST(KeepAxes, APermutedParentKeepsThePermutedChannels)
{
    Measurements m = test::toyMeasurements();
    const Indices before = stream(*halved({}, m));
    const Indices units = kept(*halved({}, m), 0, AxisLabel::Mlp);
    const Indices stream_from{2, 0, 3, 1}; // new channel j was channel stream_from[j]
    const Indices unit_from{1, 2, 0};
    const auto permute = [](std::vector<double>& values, const Indices& from) {
        const std::vector<double> old = values;
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = old[i / from.size() * from.size()
                + static_cast<std::size_t>(from[i % from.size()])];
    };
    ChannelScores& scores = m.scores.at(std::string(kMeanAbs));
    for (auto* values :
        {&scores.embedding_D, &scores.afterAttention_LD.values, &scores.afterMlp_LD.values})
        permute(*values, stream_from);
    permute(scores.mlp_LM.values, unit_from);
    const auto plan = halved({}, m);
    const auto original = [](const Indices& indices, const Indices& from) {
        Indices old;
        for (const std::int64_t index : indices)
            old.push_back(from[static_cast<std::size_t>(index)]);
        std::sort(old.begin(), old.end());
        return old;
    };
    EXPECT_EQ(original(stream(*plan), stream_from), before);
    EXPECT_EQ(original(kept(*plan, 0, AxisLabel::Mlp), unit_from), units);
}

TEST(KeepAxes, TheInconsistentOrderGivesEveryParameterItsOwnIndices)
{
    const auto plan = halved({.order = Order::Inconsistent}, Measurements{});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(checkPlan(*plan).ok(), true);
    std::vector<Indices> residual;
    for (const DestinationBlock& block : plan->blocks)
        for (const auto& [role, terms] : block.termsByRole)
            if (const auto map = terms.front().maps.find(AxisLabel::Residual);
                map != terms.front().maps.end())
                residual.push_back(map->second.child_from_parent);
    EXPECT_GE(residual.size(), 4U * 8U) << "two norms and four linear layers of each block";
    EXPECT_TRUE(std::any_of(residual.begin(), residual.end(),
        [&](const Indices& each) { return each != residual.front(); }));
    EXPECT_EQ(*plan, *halved({.order = Order::Inconsistent}, Measurements{}));
}

TEST(KeepAxes, HeadsAreSplitOnlyOnPurposeAndWhereNothingHangsOnThem)
{
    const WidthRule split{.order = Order::Stride, .splitsHeads = true};
    const auto plan = halved(split, Measurements{});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(kept(*plan, 0, AxisLabel::Query), (Indices{0, 2}));
    EXPECT_TRUE(checkPlan(*plan));
    TransferPlan accident = *plan;
    accident.splitsHeads = false;
    EXPECT_FALSE(checkPlan(accident));
    ModelConfig rotary = test::toyConfig();
    rotary.flavour.position = PositionKind::Rotary;
    const auto turned = halved(split, Measurements{}, rotary);
    ASSERT_TRUE(turned);
    EXPECT_FALSE(checkPlan(*turned));
}

} // namespace espalier
