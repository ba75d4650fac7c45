// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_source.h"

#include "core/base/resource_path.h"
#include "core/engine/session.h"
#include "tests/support/hub/hub_server.h"

#include <gtest/gtest.h>

#include <stdlib.h>

namespace espalier {
namespace {

/// The built-in language model on a server of our own.
class ModelSourceTest : public testing::Test
{
protected:
    ModelSourceTest()
    {
        const std::filesystem::path garden = resourceFolder() / "models/garden";
        auto& files = hub.models["plants/garden"].files;
        files["config.json"] = {TemporaryFolder::read(garden / "config.json")};
        files["model.safetensors"] = {TemporaryFolder::read(garden / "model.safetensors"), true};
        ::setenv("HF_HUB_CACHE", (scratch.path() / "hub").c_str(), 1);
        ::setenv("HF_ENDPOINT", hub.address().c_str(), 1);
        for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN"})
            ::unsetenv(name);
    }
    ~ModelSourceTest() override
    {
        ::unsetenv("HF_HUB_CACHE");
        ::unsetenv("HF_ENDPOINT");
        ::unsetenv("HF_HUB_OFFLINE");
    }

    HubServer hub;
    TemporaryFolder scratch;
};

TEST_F(ModelSourceTest, AModelOfTheHubOpensLikeItsFolder)
{
    const auto fetched = openModel("hf:plants/garden");
    ASSERT_TRUE(fetched) << fetched.error().message;
    const auto local = openModel((resourceFolder() / "models/garden").string());
    ASSERT_TRUE(local) << local.error().message;
    EXPECT_EQ(*fetched->weightsHash(), *local->weightsHash());
    EXPECT_EQ(fetched->name(), "garden");
}

TEST_F(ModelSourceTest, CachedModelsSayWhetherAFamilyReadsThem)
{
    ASSERT_TRUE(openModel("hf:plants/garden"));
    scratch.write("hub/models--plants--algae/refs/main", "1234");
    scratch.write(
        "hub/models--plants--algae/snapshots/1234/config.json", R"({"model_type": "mamba"})");
    scratch.write("hub/models--plants--algae/snapshots/1234/model.safetensors", "x");
    const auto cached = modelsInHubCache();
    ASSERT_TRUE(cached) << cached.error().message;
    ASSERT_EQ(cached->size(), 2U);
    EXPECT_EQ((*cached)[0].model.repository, "plants/algae");
    EXPECT_EQ((*cached)[0].family, "");
    EXPECT_EQ((*cached)[1].family, "GPT-2");
}

TEST_F(ModelSourceTest, ARecipeFindsItsParentAgainByCommit)
{
    const auto parent = openModel("hf:plants/garden");
    ASSERT_TRUE(parent) << parent.error().message;
    Recipe recipe;
    recipe.parentPath = lastingName("hf:plants/garden", *parent);
    EXPECT_EQ(recipe.parentPath, "hf:plants/garden@" + std::string(40, 'c'));
    recipe.parentHash = *parent->weightsHash();
    recipe.shape = parent->config().shape;
    recipe.method = "random";
    ::setenv("HF_HUB_OFFLINE", "1", 1);
    const auto planned = planRecipe(recipe);
    ASSERT_TRUE(planned) << planned.error().message;
    EXPECT_EQ(planned->parent.path(), parent->path());
}

TEST_F(ModelSourceTest, WhatIsNoNameIsAMistakeOfTheCommandLine)
{
    EXPECT_EQ(openModel("hf:../etc").error().code, ErrorCode::Usage);
    EXPECT_EQ(askHub("hf:a/b/c").error().code, ErrorCode::Usage);
    ::setenv("HF_ENDPOINT", "gopher://x", 1);
    EXPECT_EQ(hubPlace().error().code, ErrorCode::Usage);
}

} // namespace
} // namespace espalier
