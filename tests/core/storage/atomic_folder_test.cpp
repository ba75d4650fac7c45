// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/atomic_folder.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using Names = std::vector<std::string>;

void writeInto(const AtomicFolder& folder, const std::string& name)
{
    std::ofstream(folder.workPath() / name) << name;
}

TEST(AtomicFolder, AppearsOnlyWithTheCommit)
{
    const TemporaryFolder place;
    auto folder = AtomicFolder::prepare(place.path() / "out");
    ASSERT_TRUE(folder) << folder.error().message;
    writeInto(*folder, "config.json");
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out"));
    ASSERT_TRUE(folder->commit());
    EXPECT_EQ(place.names(), (Names{"out", "out/config.json"}));
}

TEST(AtomicFolder, AnEmptyFolderIsReplaced)
{
    const TemporaryFolder place;
    std::filesystem::create_directory(place.path() / "out");
    auto folder = AtomicFolder::prepare(place.path() / "out/");
    ASSERT_TRUE(folder) << folder.error().message;
    writeInto(*folder, "a");
    ASSERT_TRUE(folder->commit());
    EXPECT_EQ(place.names(), (Names{"out", "out/a"}));
}

TEST(AtomicFolder, AFolderThatHoldsSomethingIsRefused)
{
    const TemporaryFolder place;
    place.write("out/mine.txt", "x");
    const auto folder = AtomicFolder::prepare(place.path() / "out");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code, ErrorCode::Refused);
    EXPECT_EQ(folder.error().message,
        place.path().string() + "/out: already holds something, wanted a new or empty folder");
    EXPECT_EQ(place.names(), (Names{"out", "out/mine.txt"}));
}

TEST(AtomicFolder, AFileAtTheTargetIsRefused)
{
    const TemporaryFolder place;
    const auto folder = AtomicFolder::prepare(place.write("out", "x"));
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().message,
        place.path().string() + "/out: is a file, wanted a new or empty folder");
}

TEST(AtomicFolder, WithoutACommitNothingIsLeft)
{
    const TemporaryFolder place;
    {
        auto folder = AtomicFolder::prepare(place.path() / "deep" / "er" / "out");
        ASSERT_TRUE(folder);
        writeInto(*folder, "a");
    }
    EXPECT_TRUE(place.names().empty());
}

TEST(AtomicFolder, MissingParentsAreMade)
{
    const TemporaryFolder place;
    auto folder = AtomicFolder::prepare(place.path() / "deep" / "out");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->commit());
    EXPECT_EQ(place.names(), (Names{"deep", "deep/out"}));
}

TEST(AtomicFolder, SomethingThatAppearsMeanwhileIsKept)
{
    const TemporaryFolder place;
    {
        auto folder = AtomicFolder::prepare(place.path() / "out");
        ASSERT_TRUE(folder);
        place.write("out/theirs", "x");
        const Status committed = folder->commit();
        ASSERT_FALSE(committed);
        EXPECT_EQ(committed.error().code, ErrorCode::Refused);
    }
    EXPECT_EQ(place.names(), (Names{"out", "out/theirs"}));
}

TEST(AtomicFolder, APlaceThatCannotBeWrittenIsAResourceError)
{
    const TemporaryFolder place;
    place.write("file", "x");
    const auto folder = AtomicFolder::prepare(place.path() / "file" / "out");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code, ErrorCode::Resource);
    EXPECT_EQ(place.names(), Names{"file"});
}

TEST(AtomicFolder, WhatAKilledProgramLeftIsRemovedWhatALivingOneWritesIsNot)
{
    const TemporaryFolder place;
    place.write(".out.partial-4711-0/weights", "half");
    place.write(".out.partial-mine/notes", "not ours");
    place.write(".outer.partial-4711-0/weights", "another target's");
    const auto first = AtomicFolder::prepare(place.path() / "out");
    ASSERT_TRUE(first);
    EXPECT_FALSE(std::filesystem::exists(place.path() / ".out.partial-4711-0"));
    EXPECT_TRUE(std::filesystem::exists(place.path() / ".out.partial-mine"));
    EXPECT_TRUE(std::filesystem::exists(place.path() / ".outer.partial-4711-0"));
    const auto second = AtomicFolder::prepare(place.path() / "out");
    ASSERT_TRUE(second);
    EXPECT_TRUE(std::filesystem::exists(first->workPath()));
    EXPECT_NE(first->workPath(), second->workPath());
}

} // namespace
} // namespace espalier
