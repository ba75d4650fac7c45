// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/run_store.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

LaneCurve lane(const std::string& id, std::vector<RunRow> rows)
{
    return {
        .id = id, .title = "Lane " + id, .parameters = 12, .floor = 0.25, .rows = std::move(rows)};
}

TEST(RunLog, ReadersSeeWhatAWriterHasFlushed)
{
    const TemporaryFolder folder;
    Result<RunLog> log =
        RunLog::create(folder.path(), {lane("b", {{.step = 0, .trainLoss = 3}}), lane("a", {})});
    ASSERT_TRUE(log) << log.error().message;
    ASSERT_TRUE(log->append(1, {.step = 1, .trainLoss = 2.5}));
    ASSERT_TRUE(log->flush());
    const Result<std::vector<LaneCurve>> curves = readRunLog(folder.path());
    ASSERT_TRUE(curves) << curves.error().message;
    ASSERT_EQ(curves->size(), 2U);
    EXPECT_EQ((*curves)[0].id, "a");
    ASSERT_EQ((*curves)[0].rows.size(), 1U);
    EXPECT_EQ((*curves)[0].rows[0].trainLoss, 2.5);
    EXPECT_EQ((*curves)[1].rows[0].trainLoss, 3);
    EXPECT_EQ((*curves)[1].title, "Lane b");
    EXPECT_EQ((*curves)[1].parameters, 12);
    EXPECT_EQ((*curves)[1].floor, 0.25);
}

TEST(RunLog, IsReadableAfterItsWriterDied)
{
    const TemporaryFolder folder;
    Result<RunLog> log = RunLog::create(folder.path(), {lane("a", {})});
    ASSERT_TRUE(log);
    for (int step = 0; step < 2000; ++step)
        ASSERT_TRUE(log->append(0, {.step = static_cast<double>(step)}));
    ASSERT_TRUE(log->flush());
    // What a killed process leaves: the bytes on disk, without the closing of the file.
    std::filesystem::create_directories(folder.path() / "dead");
    std::filesystem::copy_file(folder.path() / "run.h5", folder.path() / "dead" / "run.h5");
    const Result<std::vector<LaneCurve>> curves = readRunLog(folder.path() / "dead");
    ASSERT_TRUE(curves) << curves.error().message;
    EXPECT_EQ((*curves)[0].rows.size(), 2000U);
    EXPECT_EQ((*curves)[0].rows.back().step, 1999);
}

TEST(LaneStatus, RoundTripsAndRefusesPathsAsCheckpoints)
{
    const TemporaryFolder folder;
    const LaneStatus status{
        .state = "failed", .note = "why", .checkpoint = "step-000020", .step = 20};
    ASSERT_TRUE(writeLaneStatus(folder.path(), status));
    EXPECT_EQ(*readLaneStatus(folder.path()), status);
    folder.write(
        "state.json", R"({"state": "failed", "note": "", "checkpoint": "../../x", "step": 1})");
    EXPECT_FALSE(readLaneStatus(folder.path()));
    folder.write("state.json",
        R"({"state": "failed", "note": "", "checkpoint": "step-000001", "step": -1})");
    EXPECT_FALSE(readLaneStatus(folder.path()));
}

TEST(LaneStatus, IsNotInAFolderThatIsNoLane)
{
    const TemporaryFolder folder;
    const auto found = readLaneStatus(folder.path());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message,
        folder.path().string() + ": found no state.json, wanted a lane of a run (RUN/LANE)");
}

TEST(RunRows, FlattenAndBack)
{
    const std::vector<RunRow> rows = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 1}, {.step = 2}};
    EXPECT_EQ(flatten(rowsFrom(flatten(rows))), flatten(rows));
    EXPECT_EQ(rowsFrom(flatten(rows))[0].gradientNorm, 7);
}

} // namespace
} // namespace espalier
