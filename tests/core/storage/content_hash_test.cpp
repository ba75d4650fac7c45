// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/content_hash.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

// The first two examples of FIPS 180-4's companion "SHA256.pdf", and the empty message.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(ContentHash, PublishedExamplesComeOut)
{
    EXPECT_EQ(sha256OfBytes(std::as_bytes(std::span(std::string_view("abc")))), kAbc);
    EXPECT_EQ(sha256OfBytes({}), kEmpty);
}

TEST(ContentHash, PiecesCountAsOneAfterAnother)
{
    Sha256 hash;
    for (const std::string_view piece : {"a", "", "bc"})
        hash.add(std::as_bytes(std::span(piece)));
    EXPECT_EQ(hash.hexDigits(), kAbc);
}

TEST(ContentHash, AFileHasTheHashOfItsBytes)
{
    const TemporaryFolder folder;
    EXPECT_EQ(sha256OfFile(folder.write("a", "abc")).value(), kAbc);
    EXPECT_EQ(sha256OfFile(folder.write("b", "")).value(), kEmpty);
    const std::string large(9'000'001, 'x'); // more than two buffers
    EXPECT_EQ(sha256OfFile(folder.write("c", large)).value(),
        sha256OfBytes(std::as_bytes(std::span(large))));
}

TEST(ContentHash, SeveralFilesCountAsOneAfterAnother)
{
    const TemporaryFolder folder;
    EXPECT_EQ(sha256OfFiles({folder.write("a", "a"), folder.write("b", "bc")}).value(), kAbc);
}

TEST(ContentHash, GitNamesAFileByItsLengthAndBytes)
{
    const TemporaryFolder folder; // as `git hash-object` prints them
    EXPECT_EQ(gitBlobHashOfFile(folder.write("a", "")).value(),
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    EXPECT_EQ(gitBlobHashOfFile(folder.write("b", "abc\n")).value(),
        "8baef1b4abc478178b004d62031cf7fe6db6f903");
    EXPECT_FALSE(gitBlobHashOfFile(folder.path() / "no"));
}

TEST(ContentHash, TextsThatCouldBeHashesAreTold)
{
    const std::string hash = sha256OfBytes({});
    EXPECT_TRUE(isSha256(hash));
    EXPECT_FALSE(isSha256(hash.substr(1)));
    EXPECT_FALSE(isSha256(hash + "0"));
    EXPECT_FALSE(isSha256("E" + hash.substr(1))); // no capitals
}

TEST(ContentHash, AMissingFileIsRefusedAndAStopIsHeard)
{
    const TemporaryFolder folder;
    EXPECT_EQ(sha256OfFile(folder.path() / "no").error().message,
        folder.path().string() + "/no: is not a file that can be read");
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(sha256OfFile(folder.write("a", "abc"), {.stop = source.get_token()}).error().code,
        ErrorCode::Cancelled);
}

} // namespace
} // namespace espalier
