// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/file_state.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace espalier {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

std::string stateOf(const std::filesystem::path& file, system_clock::time_point now)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY);
    const std::string state = fileStateOf(descriptor, now);
    ::close(descriptor);
    return state;
}

TEST(FileState, IsTheSameAsLongAsNobodyWrites)
{
    const TemporaryFolder folder;
    const auto file = folder.write("a", "hello");
    const auto later = system_clock::now() + seconds(10);
    EXPECT_NE(stateOf(file, later), "");
    EXPECT_EQ(stateOf(file, later), stateOf(file, later + seconds(10)));
}

TEST(FileState, AFileThatHasJustChangedHasNone)
{
    const TemporaryFolder folder;
    EXPECT_EQ(stateOf(folder.write("a", "hello"), system_clock::now() + seconds(1)), "");
}

TEST(FileState, OtherBytesOfTheSameSizeShowThoughTheirTimeIsTurnedBack)
{
    const TemporaryFolder folder;
    const auto file = folder.write("a", "hello");
    const auto written = std::filesystem::last_write_time(file);
    const auto later = system_clock::now() + seconds(10);
    const std::string before = stateOf(file, later);
    ::usleep(20'000); // the clock of a file system goes in steps
    folder.write("a", "jello");
    std::filesystem::last_write_time(file, written);
    EXPECT_NE(stateOf(file, later), before);
}

TEST(FileState, AnotherFileOfTheSameBytesHasAnother)
{
    const TemporaryFolder folder;
    const auto later = system_clock::now() + seconds(10);
    EXPECT_NE(
        stateOf(folder.write("a", "hello"), later), stateOf(folder.write("b", "hello"), later));
}

} // namespace
} // namespace espalier
