// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/measurement_cache.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <chrono>

namespace espalier {
namespace {

Measurements measured(double baseLoss)
{
    Measurements m;
    m.parentHash = "weights";
    m.source = "demo:garden";
    m.samples = 4;
    m.tokens = 12;
    m.change_L = {0.5, 0.25};
    m.baseLoss = baseLoss;
    return m;
}

class MeasurementCaches : public ::testing::Test
{
protected:
    std::optional<Measurements> find(const char* key, const char* weights = "weights")
    {
        m_said.clear();
        return m_cache.find(key, weights, m_progress);
    }

    TemporaryFolder m_folder;
    std::string m_said;
    Progress m_progress{.report = {}, .stop = {}, .note = [this](std::string_view line) {
                            m_said = line;
                        }};
    MeasurementCache m_cache{m_folder.path() / "kept"};
};

TEST_F(MeasurementCaches, GiveBackWhatTheyKeep)
{
    EXPECT_EQ(find("a"), std::nullopt);
    m_cache.keep("a", measured(1), m_progress);
    m_cache.keep("b", measured(2), m_progress);
    EXPECT_EQ(find("a"), measured(1));
    EXPECT_EQ(find("b"), measured(2));
    EXPECT_EQ(m_said, "");
}

TEST_F(MeasurementCaches, DoNotBelieveDamagedFilesNorThoseOfOtherWeights)
{
    m_cache.keep("a", measured(1), m_progress);
    EXPECT_EQ(find("a", "others"), std::nullopt);
    EXPECT_NE(m_said.find("a.h5: of other weights; measuring again"), std::string::npos) << m_said;
    m_folder.write("kept/a.h5", "not HDF5");
    EXPECT_EQ(find("a"), std::nullopt);
    EXPECT_NE(m_said.find("; measuring again"), std::string::npos) << m_said;
    m_cache.keep("a", measured(3), m_progress);
    EXPECT_EQ(find("a"), measured(3));
}

TEST_F(MeasurementCaches, DropWhatWasUsedLeastRecently)
{
    m_cache.keep("a", measured(1), m_progress);
    const auto bytes =
        static_cast<std::int64_t>(std::filesystem::file_size(m_folder.path() / "kept" / "a.h5"));
    const MeasurementCache small(m_folder.path() / "kept", 2 * bytes);
    const auto now = std::filesystem::file_time_type::clock::now();
    const auto usedBefore = [&](const char* file, int seconds) {
        std::filesystem::last_write_time(
            m_folder.path() / "kept" / file, now - std::chrono::seconds(seconds));
    };
    small.keep("b", measured(2), m_progress);
    usedBefore("a.h5", 20);
    usedBefore("b.h5", 10);
    EXPECT_TRUE(find("a")); // b is older now
    small.keep("c", measured(3), m_progress);
    EXPECT_EQ(find("b"), std::nullopt);
    EXPECT_EQ(find("a"), measured(1));
    EXPECT_EQ(find("c"), measured(3));
    Measurements wide = measured(4);
    wide.residualCovariance_DD = {.rows = 100, .cols = 100, .values = {}};
    wide.residualCovariance_DD.values.assign(10000, 1.0);
    small.keep("wide", wide, m_progress); // more than its share
    EXPECT_EQ(find("wide"), std::nullopt);
    EXPECT_EQ(find("a"), measured(1));
}

} // namespace
} // namespace espalier
