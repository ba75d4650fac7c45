// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/method_page.h"

#include "core/methods/catalog.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(MethodPage, TellsWhatTheRowTells)
{
    const std::string page = methodPage(*findMethod("subcloning"));
    EXPECT_NE(page.find("### Weight subcloning (`subcloning`)"), std::string::npos);
    EXPECT_NE(page.find("arXiv 2312.09299"), std::string::npos);
    EXPECT_NE(page.find("width shrinks; depth shrinks; heads stay whole"), std::string::npos);
    EXPECT_NE(page.find("| `scale` | width | width, fan-in, energy, "), std::string::npos);
}

TEST(MethodPage, NeedsFollowTheOptions)
{
    const Method& method = *findMethod("subcloning");
    const auto with = [&](const char* order) {
        return needsAndCost(
            method, *completeOptions(method.options, {{"order", std::string(order)}}));
    };
    EXPECT_EQ(
        with("importance"), "Needs mean-abs. Costs one forward pass over the calibration samples.");
    EXPECT_EQ(with("first").rfind("Needs no data.", 0), 0U);
}

TEST(MethodPage, EveryMethodHasOne)
{
    const std::string pages = methodPages();
    for (const Method& method : methods())
        EXPECT_NE(pages.find("(`" + std::string(method.id) + "`)"), std::string::npos) << method.id;
}

} // namespace
} // namespace espalier
