// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/schedule.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TrainSettings settings()
{
    TrainSettings s;
    s.steps = 12;
    s.warmupSteps = 4;
    s.learningRate = 1;
    s.finalLearningRateShare = 0.2;
    return s;
}

TEST(Schedule, WarmsUpInEqualStepsAndReachesThePeakWithTheLast)
{
    EXPECT_DOUBLE_EQ(learningRateAt(settings(), 0), 0.25);
    EXPECT_DOUBLE_EQ(learningRateAt(settings(), 1), 0.5);
    EXPECT_DOUBLE_EQ(learningRateAt(settings(), 3), 1.0);
}

TEST(Schedule, FallsByHalfACosineToItsShareAtTheLastStep)
{
    EXPECT_NEAR(learningRateAt(settings(), 7), 0.6, 1e-12); // halfway: (1 + 0.2) / 2
    EXPECT_NEAR(learningRateAt(settings(), 11), 0.2, 1e-12);
    // A quarter of the way: 0.2 + 0.8 * (1 + cos 45°) / 2.
    EXPECT_NEAR(learningRateAt(settings(), 5), 0.2 + 0.8 * (1 + 0.70710678118654752) / 2, 1e-12);
}

TEST(Schedule, WithoutWarmUpStartsBelowThePeak)
{
    TrainSettings s = settings();
    s.warmupSteps = 0;
    s.steps = 1;
    EXPECT_NEAR(learningRateAt(s, 0), 0.2, 1e-12);
}

TEST(Schedule, WarmUpLongerThanTheRunEndsWithIt)
{
    TrainSettings s = settings();
    s.steps = 2;
    EXPECT_DOUBLE_EQ(learningRateAt(s, 1), 1.0);
}

} // namespace
} // namespace espalier
