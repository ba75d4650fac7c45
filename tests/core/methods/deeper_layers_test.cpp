// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

namespace espalier {

using Blocks = std::vector<int>;

TEST(DeeperLayers, RemovesTheRunWithTheMostAlikeEndsOrTheDeepest)
{
    const Measurements m = test::everythingMeasured();
    const ModelShape two = test::toyShape(2, 4, 2, 3);
    const auto best = test::planOfToy("deeper-layers", two, m);
    ASSERT_TRUE(best) << best.error().message;
    EXPECT_EQ(test::parentBlocksOf(*best), (Blocks{0, 3})) << "0.1 from block 1 to 3";
    const auto deepest =
        test::planOfToy("deeper-layers", two, {}, {{"run", std::string("deepest")}});
    ASSERT_TRUE(deepest) << deepest.error().message;
    EXPECT_EQ(test::parentBlocksOf(*deepest), (Blocks{0, 3}));
    const auto three = test::toyShape(3, 4, 2, 3);
    EXPECT_EQ(test::parentBlocksOf(*test::planOfToy("deeper-layers", three, m)), (Blocks{0, 1, 2}))
        << "0.1 over block 3";
}

TEST(DeeperLayers, OnlyTheBestRunNeedsAMeasurement)
{
    const Method& method = *findMethod("deeper-layers");
    EXPECT_EQ(method.needs(*completeOptions(method.options, {})).measurements,
        (std::vector<std::string_view>{"angular-distance"}));
    EXPECT_TRUE(method.needs({{"run", std::string("deepest")}}).measurements.empty());
}

} // namespace espalier
