// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/hub_cache.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <map>

namespace espalier {
namespace {

HubEnvironment environmentOf(std::map<std::string, std::string> values)
{
    return [values = std::move(values)](const char* name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

/// A repository with one snapshot, as Hugging Face's tools lay it out.
void addModel(const TemporaryFolder& place, const std::string& folder, const std::string& commit)
{
    const std::string repository = "hub/" + folder + "/";
    place.write(repository + "blobs/c0", R"({"model_type": "gpt2"})");
    place.write(repository + "blobs/w0", "weights");
    const auto snapshot = place.path() / (repository + "snapshots/" + commit);
    std::filesystem::create_directories(snapshot);
    std::filesystem::create_symlink("../../blobs/c0", snapshot / "config.json");
    std::filesystem::create_symlink("../../blobs/w0", snapshot / "model.safetensors");
}

TEST(HubCache, TheEnvironmentSaysWhereItIs)
{
    EXPECT_EQ(hubCacheRoot(environmentOf({{"HOME", "/home/a"}})), "/home/a/.cache/huggingface/hub");
    EXPECT_EQ(hubCacheRoot(environmentOf({{"HOME", "/home/a"}, {"XDG_CACHE_HOME", "/c"}})),
        "/c/huggingface/hub");
    EXPECT_EQ(
        hubCacheRoot(environmentOf({{"HOME", "/home/a"}, {"HF_HOME", "~/hf"}})), "/home/a/hf/hub");
    EXPECT_EQ(
        hubCacheRoot(environmentOf({{"HF_HOME", "/hf"}, {"HF_HUB_CACHE", "/models"}})), "/models");
}

TEST(HubCache, FolderNamesAndRepositoriesCorrespond)
{
    EXPECT_EQ(hubFolderName("openai/gpt2"), "models--openai--gpt2");
    EXPECT_EQ(hubRepositoryOf("models--openai--gpt2"), "openai/gpt2");
    EXPECT_EQ(hubRepositoryOf("models--gpt2"), "gpt2");
    EXPECT_EQ(hubRepositoryOf("datasets--a--b"), std::nullopt);
}

TEST(HubCache, ARepositoryStandsForItsMainSnapshot)
{
    const TemporaryFolder place;
    addModel(place, "models--a--b", "1111");
    const auto folder = place.path() / "hub/models--a--b";
    EXPECT_EQ(modelFolderOf(folder).value(), folder / "snapshots/1111");
    std::filesystem::create_directories(folder / "snapshots/2222");
    EXPECT_FALSE(modelFolderOf(folder));
    place.write("hub/models--a--b/refs/main", "2222\n");
    EXPECT_EQ(modelFolderOf(folder).value(), folder / "snapshots/2222");
    EXPECT_EQ(modelFolderOf(folder / "").value(), folder / "snapshots/2222");
    EXPECT_EQ(hubSnapshot(folder, "1111"), folder / "snapshots/1111");
}

TEST(HubCache, ARevisionNeverLeavesTheRepository)
{
    const TemporaryFolder place;
    addModel(place, "models--a--b", "1111");
    const auto folder = place.path() / "hub/models--a--b";
    place.write("hub/secret", "1111");
    place.write("hub/models--a--b/refs/evil", "../../..");
    EXPECT_EQ(hubSnapshot(folder, "../../secret"), std::nullopt);
    EXPECT_EQ(hubSnapshot(folder, ".."), std::nullopt);
    EXPECT_EQ(hubSnapshot(folder, "evil"), std::nullopt);
}

TEST(HubCache, CachedModelsAreListedWithFamilyAndBytes)
{
    const TemporaryFolder place;
    EXPECT_TRUE(cachedModels(place.path() / "hub").empty());
    addModel(place, "models--b--two", "1111");
    addModel(place, "models--a--one", "2222");
    place.write("hub/models--c--tokenizer-only/snapshots/3/config.json", "{}");
    place.write("hub/datasets--d--e/snapshots/3/config.json", "{}");
    const std::vector<CachedModel> models = cachedModels(place.path() / "hub");
    ASSERT_EQ(models.size(), 2U);
    EXPECT_EQ(models[0].repository, "a/one");
    EXPECT_EQ(models[0].modelType, "gpt2");
    EXPECT_EQ(models[0].bytes, 22 + 7);
    EXPECT_EQ(models[0].path, place.path() / "hub/models--a--one/snapshots/2222");
    EXPECT_GT(models[0].fetched, 1'700'000'000); // this century's clock
    EXPECT_EQ(models[1].repository, "b/two");
}

} // namespace
} // namespace espalier
