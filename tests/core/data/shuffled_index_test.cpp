// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/shuffled_index.h"

#include <gtest/gtest.h>

#include <set>

namespace espalier {
namespace {

TEST(ShuffledIndex, IsAPermutationForAnyLength)
{
    for (const std::int64_t n : {1, 2, 3, 7, 64, 1000}) {
        std::set<std::int64_t> seen;
        for (std::int64_t i = 0; i < n; ++i)
            seen.insert(shuffledIndex({5}, n, i));
        EXPECT_EQ(static_cast<std::int64_t>(seen.size()), n);
        EXPECT_EQ(*seen.begin(), 0);
        EXPECT_EQ(*seen.rbegin(), n - 1);
    }
}

TEST(ShuffledIndex, DependsOnTheSeed)
{
    int same = 0;
    for (std::int64_t i = 0; i < 1000; ++i)
        same += shuffledIndex({5}, 1000, i) == shuffledIndex({6}, 1000, i) ? 1 : 0;
    EXPECT_LT(same, 20);
}

} // namespace
} // namespace espalier
