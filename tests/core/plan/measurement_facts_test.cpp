// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/measurement_facts.h"

#include "core/plan/measurements.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace espalier {
namespace {

using Ids = std::vector<std::string_view>;

template <typename Wanted> Ids idsOf(Wanted wanted)
{
    Ids ids;
    for (const MeasurementFacts& facts : measurementFacts())
        if (wanted(facts))
            ids.push_back(facts.id);
    return ids;
}

TEST(MeasurementFacts, AreCompleteAndDistinct)
{
    std::set<std::string_view> ids;
    for (const MeasurementFacts& facts : measurementFacts()) {
        EXPECT_TRUE(ids.insert(facts.id).second) << facts.id;
        for (const std::string_view text : {facts.title, facts.words, facts.formula, facts.paper})
            EXPECT_FALSE(text.empty()) << facts.id;
    }
}

TEST(MeasurementFacts, KnowWhatIsMeasuredWithoutBeingAsked)
{
    EXPECT_EQ(idsOf([](const auto& facts) { return facts.byDefault; }),
        (Ids{kMeanAbs, "residual-change", "block-losses"}));
}

TEST(MeasurementFacts, KnowWhatNeedsALoss)
{
    EXPECT_EQ(idsOf([](const auto& facts) { return facts.labels; }),
        (Ids{"taylor", "activation-taylor", "block-losses", "greedy-removal"}));
    EXPECT_EQ(idsOf([](const auto& facts) { return facts.needsGradients(); }),
        (Ids{"taylor", "activation-taylor"}));
    EXPECT_EQ(idsOf([](const auto& facts) { return facts.pass == MeasurementPass::Weights; }),
        (Ids{"weight-norm"}));
}

TEST(MeasurementFacts, AreFoundByTheirId)
{
    ASSERT_NE(findMeasurement(kMeanAbs), nullptr);
    EXPECT_EQ(findMeasurement(kMeanAbs)->id, kMeanAbs);
    EXPECT_EQ(findMeasurement("mean"), nullptr);
}

} // namespace
} // namespace espalier
