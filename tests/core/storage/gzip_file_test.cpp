// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/gzip_file.h"

#include "tests/support/engine/gzip_bytes.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

std::string textOf(const Result<std::vector<std::uint8_t>>& bytes)
{
    EXPECT_TRUE(bytes) << bytes.error().message;
    return bytes ? std::string(bytes->begin(), bytes->end()) : "";
}

TEST(GzipFile, PlainAndPackedFilesReadAlike)
{
    const TemporaryFolder folder;
    const std::string text(3'000'000, 'x');
    EXPECT_EQ(textOf(readPlainOrGzipFile(folder.write("a", "plain"), 100)), "plain");
    EXPECT_EQ(textOf(readPlainOrGzipFile(folder.write("a.gz", test::gzipOf(text)), 1 << 22)), text);
    EXPECT_EQ(textOf(readPlainOrGzipFile(
                  folder.write("two.gz", test::gzipOf("one ") + test::gzipOf("two")), 100)),
        "one two");
    EXPECT_EQ(textOf(readPlainOrGzipFile(folder.write("e.gz", test::gzipOf("")), 100)), "");
}

TEST(GzipFile, BombsAreRefusedAtTheLimit)
{
    const TemporaryFolder folder;
    const auto file = folder.write("bomb.gz", test::gzipOf(std::string(50'000'000, '\0')));
    const auto bytes = readPlainOrGzipFile(file, 1'000'000);
    ASSERT_FALSE(bytes);
    EXPECT_NE(bytes.error().message.find("bomb.gz: unpacks to more than 1000000 bytes"),
        std::string::npos)
        << bytes.error().message;
}

TEST(GzipFile, DamageIsRefusedNamingTheFile)
{
    const TemporaryFolder folder;
    const std::string packed = test::gzipOf("some words that are long enough to be packed");
    std::string flipped = packed;
    flipped[packed.size() - 6] ^= 1; // the checksum
    for (const std::string& bytes :
        {packed.substr(0, packed.size() - 5), packed.substr(0, 7), flipped, packed + "tail"}) {
        const auto read = readPlainOrGzipFile(folder.write("d.gz", bytes), 1000);
        ASSERT_FALSE(read);
        EXPECT_NE(read.error().message.find("d.gz: damaged or cut short"), std::string::npos);
    }
}

} // namespace
} // namespace espalier
