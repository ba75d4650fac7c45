// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/atomic_file.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(AtomicFile, AppearsOnlyWithTheCommit)
{
    const TemporaryFolder folder;
    const std::filesystem::path target = folder.path() / "a.txt";
    auto file = AtomicFile::create(target);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(std::as_bytes(std::span(std::string_view("new")))));
    EXPECT_FALSE(std::filesystem::exists(target));
    ASSERT_TRUE(file->commit());
    EXPECT_EQ(TemporaryFolder::read(target), "new");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"a.txt"});
}

TEST(AtomicFile, OneThatLastsWithItsFolderIsReadFromThenOn)
{
    const TemporaryFolder folder;
    const std::string large(std::size_t{20} << 20, 'x'); // brought to the disk on the way
    auto file = AtomicFile::create(folder.path() / "a");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(std::as_bytes(std::span(large))));
    ASSERT_TRUE(file->commit(AtomicFile::Lasting::WithFolder));
    EXPECT_EQ(folder.names(), std::vector<std::string>{"a"});
    EXPECT_EQ(TemporaryFolder::read(folder.path() / "a"), large);
}

TEST(AtomicFile, WithoutACommitNothingChanges)
{
    const TemporaryFolder folder;
    const std::filesystem::path target = folder.write("a.txt", "old");
    {
        auto file = AtomicFile::create(target);
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->write(std::as_bytes(std::span(std::string_view("new")))));
    }
    EXPECT_EQ(TemporaryFolder::read(target), "old");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"a.txt"});
}

TEST(AtomicFile, TwoWritersOfOneTargetDoNotMeet)
{
    const TemporaryFolder folder;
    auto first = AtomicFile::create(folder.path() / "a");
    auto second = AtomicFile::create(folder.path() / "a");
    ASSERT_TRUE(first && second);
    ASSERT_TRUE(first->write(std::as_bytes(std::span(std::string_view("first")))));
    ASSERT_TRUE(second->write(std::as_bytes(std::span(std::string_view("second")))));
    ASSERT_TRUE(second->commit());
    ASSERT_TRUE(first->commit());
    EXPECT_EQ(TemporaryFolder::read(folder.path() / "a"), "first");
}

TEST(AtomicFile, MoreThanTheDiskHoldsIsRefusedWithNeedAndHave)
{
    const TemporaryFolder folder;
    const auto file = AtomicFile::create(folder.path() / "a", INT64_MAX - 1);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::Resource);
    EXPECT_NE(file.error().message.find(
                  "a: not enough room on the disk: need 9223372036854775806 bytes, have "),
        std::string::npos);
    EXPECT_TRUE(folder.names().empty());
}

TEST(AtomicFile, APlaceThatCannotBeWrittenIsAResourceError)
{
    const TemporaryFolder folder;
    folder.write("file", "x");
    const std::string base = folder.path().string();
    const auto underFile = AtomicFile::create(folder.path() / "file" / "a");
    ASSERT_FALSE(underFile);
    EXPECT_EQ(underFile.error().code, ErrorCode::Resource);
    EXPECT_EQ(underFile.error().message, base + "/file/a: cannot be written: Not a directory");
    EXPECT_EQ(AtomicFile::create(folder.path() / "no" / "a").error().message,
        base + "/no/a: cannot be written: No such file or directory");
    EXPECT_EQ(AtomicFile::create(folder.path()).error().message,
        base + ": cannot be written: is a folder");
}

TEST(AtomicFile, ATextIsWrittenInOneGo)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(writeFileAtomically(folder.path() / "a", "text\n"));
    EXPECT_EQ(TemporaryFolder::read(folder.path() / "a"), "text\n");
}

} // namespace
} // namespace espalier
