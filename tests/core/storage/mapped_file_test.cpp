// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/mapped_file.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <array>

#include <sys/stat.h>

namespace espalier {
namespace {

std::string textOf(const MappedFile& file)
{
    return {reinterpret_cast<const char*>(file.bytes().data()), file.size()};
}

TEST(MappedFile, ShowsTheBytesOfAFile)
{
    const TemporaryFolder folder;
    auto file = MappedFile::map(folder.write("a", "hello"));
    ASSERT_TRUE(file);
    EXPECT_EQ(textOf(*file), "hello");
    const MappedFile moved = *std::move(file);
    EXPECT_EQ(textOf(moved), "hello");
}

TEST(MappedFile, AnEmptyFileHasNoBytes)
{
    const TemporaryFolder folder;
    const auto file = MappedFile::map(folder.write("a", ""));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->size(), 0u);
}

TEST(MappedFile, WhatIsNotAFileIsRefused)
{
    const TemporaryFolder folder;
    const std::string base = folder.path().string();
    EXPECT_EQ(
        MappedFile::map(folder.path()).error().message, base + ": is a folder, wanted a file");
    EXPECT_EQ(MappedFile::map(folder.path() / "no").error().message,
        base + "/no: cannot be opened: No such file or directory");
    ASSERT_EQ(::mkfifo((base + "/pipe").c_str(), 0600), 0);
    EXPECT_EQ(MappedFile::map(folder.path() / "pipe").error().message,
        base + "/pipe: is not a regular file, wanted a file");
}

TEST(MappedFile, ReadingAFileThatBecameShorterIsRefused)
{
    const TemporaryFolder folder;
    const auto path = folder.write("a", "hello");
    const auto file = MappedFile::map(path);
    ASSERT_TRUE(file);
    std::array<std::byte, 3> target = {};
    ASSERT_TRUE(file->read(2, target));
    EXPECT_EQ(target[0], std::byte{'l'});
    EXPECT_EQ(target[2], std::byte{'o'});
    std::filesystem::resize_file(path, 4);
    const Status read = file->read(2, target);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "has become shorter since it was opened");
}

} // namespace
} // namespace espalier
