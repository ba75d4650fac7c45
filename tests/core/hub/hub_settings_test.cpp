// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/hub_settings.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <map>

namespace espalier {
namespace {

Result<HubSettings> settingsWith(const std::map<std::string, std::string>& variables)
{
    return hubSettingsFrom([&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(HubSettingsTest, AreThoseOfThePublicHubWithoutVariables)
{
    const auto settings = settingsWith({{"HOME", "/nowhere"}});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->endpoint, "https://huggingface.co");
    EXPECT_EQ(settings->cache, "/nowhere/.cache/huggingface/hub");
    EXPECT_EQ(settings->token, "");
    EXPECT_FALSE(settings->offline);
}

TEST(HubSettingsTest, ReadTheEndpointWithoutItsSlash)
{
    EXPECT_EQ(settingsWith({{"HF_ENDPOINT", "http://mirror:8080/hub/"}})->endpoint,
        "http://mirror:8080/hub");
    for (const char* bad : {"ftp://x", "mirror", "file:///etc", "/x"}) {
        const auto settings = settingsWith({{"HF_ENDPOINT", bad}});
        ASSERT_FALSE(settings) << bad;
        EXPECT_TRUE(settings.error().message.starts_with("HF_ENDPOINT: found \""));
    }
}

TEST(HubSettingsTest, TakeTheTokenFromTheVariableThenFromTheFile)
{
    const TemporaryFolder home;
    home.write("token", "from-file\n");
    const std::string folder = home.path().string();
    const auto variable = settingsWith({{"HF_HOME", folder}, {"HF_TOKEN", " from-variable\n"}});
    EXPECT_EQ(variable->token, "from-variable");
    EXPECT_EQ(variable->tokenSource, "HF_TOKEN");
    const auto file = settingsWith({{"HF_HOME", folder}});
    EXPECT_EQ(file->token, "from-file");
    EXPECT_EQ(file->tokenSource, folder + "/token");
    EXPECT_EQ(settingsWith({{"HF_TOKEN_PATH", folder + "/token"}})->token, "from-file");
    EXPECT_EQ(
        settingsWith({{"HF_HOME", folder}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}})->token, "");
}

TEST(HubSettingsTest, RefuseATokenThatCouldNotBeSent)
{
    const auto settings = settingsWith({{"HF_TOKEN", "a\x01"}});
    ASSERT_FALSE(settings);
    EXPECT_EQ(
        settings.error().message, "HF_TOKEN: holds no token: found a character that no token has");
}

TEST(HubSettingsTest, KnowHowPeopleSayOffline)
{
    for (const char* yes : {"1", "true", "YES", "On"})
        EXPECT_TRUE(settingsWith({{"HF_HUB_OFFLINE", yes}})->offline) << yes;
    for (const char* no : {"0", "false", "no"})
        EXPECT_FALSE(settingsWith({{"HF_HUB_OFFLINE", no}})->offline) << no;
    EXPECT_TRUE(settingsWith({{"TRANSFORMERS_OFFLINE", "1"}})->offline);
}

} // namespace
} // namespace espalier
