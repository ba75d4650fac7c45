// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace espalier {
namespace {

const std::vector<std::string> kNames = {"hidden", "heads", "mlp", "layers"};

TEST(NearestName, OneSlipIsFound)
{
    EXPECT_EQ(nearestName("hiden", kNames), "hidden");
    EXPECT_EQ(nearestName("ml", kNames), "mlp");
}

TEST(NearestName, AnUnrelatedWordSuggestsNothing)
{
    EXPECT_EQ(nearestName("optimizer", kNames), std::nullopt);
    EXPECT_EQ(nearestName("x", {}), std::nullopt);
}

TEST(NearestName, OfEquallyNearNamesTheFirstIsTaken)
{
    const std::vector<std::string> names = {"ab", "ac"};
    EXPECT_EQ(nearestName("ad", names), "ab");
}

TEST(NearestName, CorrectsOrListsWhatIsKnown)
{
    EXPECT_EQ(correctionOf("hiden", kNames), "did you mean \"hidden\"?");
    const std::vector<std::string> names = {"ab", "ac"};
    EXPECT_EQ(correctionOf("optimizer", names), "wanted one of ab, ac");
}

} // namespace
} // namespace espalier
