// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/parallel.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace espalier {
namespace {

TEST(InTurns, EveryItemHasItsTurnOnce)
{
    std::vector<std::atomic<int>> turns(100);
    inTurns(turns.size(), [&](std::size_t i, bool) { ++turns[i]; });
    for (const std::atomic<int>& count : turns)
        EXPECT_EQ(count, 1);
}

TEST(InTurns, NoItemsAreNoWork)
{
    inTurns(0, [](std::size_t, bool) { FAIL(); });
}

TEST(InTurns, WhatWorkThrowsLeaves)
{
    EXPECT_THROW(inTurns(9,
                     [](std::size_t i, bool) {
                         if (i == 4)
                             throw std::runtime_error("four");
                     }),
        std::runtime_error);
}

TEST(InParallel, PartsCoverEveryItemOnce)
{
    std::vector<std::atomic<int>> seen(1000);
    inParallel(1000, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            ++seen[static_cast<std::size_t>(i)];
    });
    for (const std::atomic<int>& count : seen)
        EXPECT_EQ(count, 1);
}

TEST(InParallel, WhatWorkThrowsLeaves)
{
    EXPECT_THROW(inParallel(1000, 1,
                     [](std::int64_t, std::int64_t end) {
                         if (end == 1000)
                             throw std::runtime_error("the last part");
                     }),
        std::runtime_error);
}

} // namespace
} // namespace espalier
