// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/parts.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

PartPlan planned(const std::string& split, bool validation, bool test)
{
    const Result<PartPlan> plan = planParts({.source = "x", .split = split}, validation, test);
    EXPECT_TRUE(plan) << plan.error().message;
    return plan ? *plan : PartPlan{};
}

TEST(Parts, AreKnownByTheirUsualNames)
{
    EXPECT_EQ(partNamed("train"), Part::Train);
    EXPECT_EQ(partNamed("train-00000-of-00002.jsonl"), Part::Train);
    EXPECT_EQ(partNamed("val"), Part::Validation);
    EXPECT_EQ(partNamed("dev.txt"), Part::Validation);
    EXPECT_EQ(partNamed("test_set"), Part::Test);
    EXPECT_EQ(partNamed("training"), std::nullopt);
    EXPECT_EQ(partNamed("contest.txt"), std::nullopt);
}

TEST(Parts, ValidationComesBeforeTestAndACutIsTheLastResort)
{
    EXPECT_EQ(planned("", true, true).heldOut, Part::Validation);
    EXPECT_EQ(planned("", false, true).heldOut, Part::Test);
    EXPECT_TRUE(planned("", false, false).cut);
    EXPECT_EQ(planned("test", true, true).heldOut, Part::Test);
    EXPECT_TRUE(planned("validation", false, true).cut);
    EXPECT_TRUE(planned("train", true, true).heldOutIsTrain);
    EXPECT_FALSE(planned("train", true, true).cut);
    EXPECT_TRUE(planned("train", false, false).cut); // the same samples that training would see
}

TEST(Parts, WhatIsNotThereIsRefused)
{
    const Result<PartPlan> none = planParts({.source = "a.txt", .split = "test"}, false, false);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("a.txt: found no test part"), std::string::npos);
    const Result<PartPlan> odd = planParts({.source = "a.txt", .split = "tset"}, true, true);
    ASSERT_FALSE(odd);
    EXPECT_NE(odd.error().message.find("found \"tset\", wanted train, validation or test"),
        std::string::npos);
}

} // namespace
} // namespace espalier
