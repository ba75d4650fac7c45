// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/hub_name.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(HubNameTest, ReadsWhatPeopleWrite)
{
    EXPECT_EQ(*readHubName("hf:openai-community/gpt2"),
        (HubName{.repository = "openai-community/gpt2", .revision = "main"}));
    EXPECT_EQ(*readHubName("hf:a/b_c.d-e@refs/pr/1"),
        (HubName{.repository = "a/b_c.d-e", .revision = "refs/pr/1"}));
    EXPECT_EQ(readHubName("hf:gpt2")->repository, "gpt2");
    EXPECT_EQ(textOf(*readHubName("hf:a/b@main")), "hf:a/b");
    EXPECT_EQ(textOf(*readHubName("hf:a/b@v1")), "hf:a/b@v1");
}

TEST(HubNameTest, OnlyThePrefixMeansTheHub)
{
    EXPECT_TRUE(isHubName("hf:a/b"));
    EXPECT_FALSE(isHubName("a/b"));
    EXPECT_FALSE(isHubName("./hf:a/b"));
}

TEST(HubNameTest, RefusesWhatCouldLeaveTheCache)
{
    for (const char* bad : {"hf:", "hf:/", "hf:a/", "hf:/b", "hf:a/b/c", "hf:../b", "hf:a/..",
             "hf:.a/b", "hf:a/b.", "hf:a--b/c", "hf:a/b.git", "hf:a b/c", "hf:a/b?c", "hf:a/b%2e",
             "hf:a/b@", "hf:a/b@../x", "hf:a/b@/x", "hf:a/b@x//y", "hf:a/b@x/../y", "hf:a/b@x/",
             "hf:a\\b/c", "a/b"}) {
        const Result<HubName> name = readHubName(bad);
        ASSERT_FALSE(name) << bad;
        EXPECT_EQ(name.error().code, ErrorCode::Usage);
    }
    EXPECT_FALSE(readHubName("hf:a/" + std::string(97, 'x')));
    EXPECT_FALSE(readHubName(std::string("hf:a/b\0c", 8)));
}

TEST(HubNameTest, ACommitHasFortyHexadecimalDigits)
{
    EXPECT_TRUE(isCommit("0123456789abcdef0123456789abcdef01234567"));
    EXPECT_FALSE(isCommit("0123456789ABCDEF0123456789abcdef01234567"));
    EXPECT_FALSE(isCommit("0123456"));
}

} // namespace
} // namespace espalier
