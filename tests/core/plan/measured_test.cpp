// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/measured.h"

#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <array>

namespace espalier {
namespace {

TEST(Measured, ScoresAreThereByTheirMetricAndTheRestByTheirValues)
{
    Measurements m = test::toyMeasurements();
    EXPECT_TRUE(holds(m, "mean-abs"));
    EXPECT_FALSE(holds(m, "taylor"));
    EXPECT_TRUE(holds(m, "residual-change"));
    EXPECT_FALSE(holds(m, "greedy-removal"));
    m.greedyRemoval_L = {2};
    EXPECT_TRUE(holds(m, "greedy-removal"));
}

TEST(Measured, WhatIsMissingIsNamed)
{
    const Measurements m = test::toyMeasurements();
    constexpr std::array<std::string_view, 2> kWanted = {"mean-abs", "wanda"};
    EXPECT_EQ(missingFrom(&m, kWanted), (std::vector<std::string_view>{"wanda"}));
    EXPECT_EQ(missingFrom(nullptr, kWanted).size(), 2U);
}

} // namespace
} // namespace espalier
