// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/room.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(Room, WhatFitsExactlyIsEnough)
{
    EXPECT_TRUE(checkRoom({.disk = 10, .memory = 20}, {.disk = 10, .memory = 20}, "out"));
}

TEST(Room, TooLittleOfEitherIsAResourceErrorWithNeedAndHave)
{
    const Status disk = checkRoom({.disk = 3'200'000}, {.disk = 1'100'000, .memory = 0}, "out");
    ASSERT_FALSE(disk);
    EXPECT_EQ(disk.error().code, ErrorCode::Resource);
    EXPECT_EQ(disk.error().message, "out: not enough disk space: need 3.2 MB, have 1.1 MB");
    const Status memory = checkRoom({.memory = 2'000'000}, {.disk = 0, .memory = 500'000}, "out");
    ASSERT_FALSE(memory);
    EXPECT_EQ(memory.error().message, "out: not enough memory: need 2.0 MB, have 0.5 MB");
}

TEST(Room, WhatTheSystemDoesNotSayIsNotHeldAgainstIt)
{
    EXPECT_TRUE(checkRoom({.disk = 10, .memory = 20}, {}, "out"));
}

TEST(Room, TheSystemSaysHowMuchThereIs)
{
    const TemporaryFolder folder;
    const Room room = roomAt(folder.path());
    EXPECT_GT(room.disk.value_or(0), 0);
    EXPECT_GT(room.memory.value_or(0), 0);
}

} // namespace
} // namespace espalier
