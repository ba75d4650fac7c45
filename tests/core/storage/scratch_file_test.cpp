// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/scratch_file.h"

#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace espalier {
namespace {

std::vector<std::byte> bytesOf(std::size_t count, int value)
{
    return std::vector<std::byte>(count, std::byte(value));
}

TEST(ScratchFile, GivesBackWhatWasWrittenWhereItWasWritten)
{
    const TemporaryFolder folder;
    Result<ScratchFile> file = ScratchFile::create(folder.path());
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE(file->write(5, bytesOf(3, 7)));
    ASSERT_TRUE(file->write(0, bytesOf(5, 1)));
    ASSERT_TRUE(file->write(6, bytesOf(1, 9)));
    std::vector<std::byte> all(8);
    ASSERT_TRUE(file->read(0, all));
    EXPECT_EQ(all,
        (std::vector<std::byte>{std::byte(1), std::byte(1), std::byte(1), std::byte(1),
            std::byte(1), std::byte(7), std::byte(9), std::byte(7)}));
}

TEST(ScratchFile, HasNoName)
{
    const TemporaryFolder folder;
    const Result<ScratchFile> file = ScratchFile::create(folder.path() / "below" / "it");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "below" / "it"));
}

TEST(ScratchFile, SaysWhereItCannotBe)
{
    const Result<ScratchFile> file = ScratchFile::create("/proc/here");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::Resource);
    EXPECT_TRUE(file.error().message.starts_with("/proc/here: cannot be written to: "));
}

TEST(ScratchFile, ReadsNothingThatNobodyWrote)
{
    const TemporaryFolder folder;
    const Result<ScratchFile> file = ScratchFile::create(folder.path());
    ASSERT_TRUE(file);
    std::array<std::byte, 4> target = {};
    const Status read = file->read(0, target);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message,
        folder.path().string() + ": scratch file: it ends before what is read");
}

TEST(ScratchFile, SaysThatTheDiskIsFull)
{
    const TemporaryFolder folder;
    Result<ScratchFile> file = ScratchFile::create(folder.path());
    ASSERT_TRUE(file);
    const FileSizeLimit limit(100);
    EXPECT_TRUE(file->write(90, bytesOf(10, 1)));
    const Status full = file->write(90, bytesOf(11, 1));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::Resource);
    EXPECT_TRUE(full.error().message.starts_with(folder.path().string() + ": scratch file: "));
}

} // namespace
} // namespace espalier
