// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/memory_group.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

/// A system's files as Linux lays them out.
class Groups
{
public:
    void add(const std::string& file, const std::string& text)
    {
        const std::filesystem::path path = m_folder.path() / file;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    /// A group of version 2.
    void add(const std::string& group, const std::string& limit, std::int64_t held)
    {
        add("groups" + group + "/memory.max", limit + "\n");
        add("groups" + group + "/memory.current", std::to_string(held) + "\n");
    }
    [[nodiscard]] std::optional<std::int64_t> left() const
    {
        return memoryLeftInGroups(m_folder.path() / "membership", m_folder.path() / "groups");
    }

private:
    TemporaryFolder m_folder;
};

TEST(MemoryGroup, OfVersion2LeavesItsLimitLessWhatIsHeldBesidesCachedFiles)
{
    Groups groups;
    groups.add("membership", "0::/job\n");
    groups.add("/job", "1000", 700);
    groups.add("groups/job/memory.stat", "anon 500\ninactive_file 150\nactive_file 50\n");
    EXPECT_EQ(groups.left(), 500);
}

TEST(MemoryGroup, OfVersion1DoesToo)
{
    Groups groups;
    groups.add("membership", "9:name=systemd:/\n4:memory:/job\n0::/\n");
    groups.add("groups/memory/job/memory.limit_in_bytes", "1000\n");
    groups.add("groups/memory/job/memory.usage_in_bytes", "700\n");
    groups.add("groups/memory/job/memory.stat", "inactive_file 9\ntotal_inactive_file 100\n");
    EXPECT_EQ(groups.left(), 400);
}

TEST(MemoryGroup, ObeysTheGroupsAboveIt)
{
    Groups groups;
    groups.add("membership", "0::/user/job\n");
    groups.add("/user/job", "max", 10);
    groups.add("/user", "300", 100);
    EXPECT_EQ(groups.left(), 200);
}

TEST(MemoryGroup, WithoutALimitSaysNothing)
{
    Groups groups;
    EXPECT_EQ(groups.left(), std::nullopt); // no groups at all
    groups.add("membership", "4:memory:/job\nnot a line\n");
    groups.add("groups/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
    groups.add("groups/memory/job/memory.usage_in_bytes", "700\n");
    EXPECT_EQ(groups.left(), std::nullopt);
}

TEST(MemoryGroup, ThatIsOverItsLimitLeavesNothing)
{
    Groups groups;
    groups.add("membership", "0::/\n");
    groups.add("", "100", 130);
    EXPECT_EQ(groups.left(), 0);
}

} // namespace
} // namespace espalier
