// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/fetch_plan.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

HubListing listingOf(const std::vector<std::string>& names)
{
    HubListing listing{.commit = std::string(40, 'c'), .files = {}};
    for (const std::string& name : names)
        listing.files.push_back({name, 10});
    return listing;
}

std::vector<std::string> namesOf(const Result<FetchPlan>& plan)
{
    std::vector<std::string> names;
    for (const HubFile& file : plan->files)
        names.push_back(file.name);
    return names;
}

using Names = std::vector<std::string>;

TEST(FetchPlanTest, PrefersSafetensorsAndLeavesTheRest)
{
    const auto plan = planFetch(
        listingOf({"README.md", "config.json", "modeling_x.py", "model.safetensors", "merges.txt",
            "onnx/model.onnx", "pytorch_model.bin", "tf_model.h5", "tokenizer.json", "vocab.json"}),
        "hf:a/b");
    ASSERT_TRUE(plan);
    EXPECT_EQ(namesOf(plan),
        (Names{"config.json", "tokenizer.json", "vocab.json", "merges.txt", "model.safetensors"}));
    EXPECT_EQ(bytesOf(*plan), 50);
    EXPECT_FALSE(plan->index);
}

TEST(FetchPlanTest, TakesShardsWithTheirIndex)
{
    const HubListing listing = listingOf(
        {"config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
            "model-00001-of-00002.fp16.safetensors", "consolidated.safetensors",
            "model.safetensors.index.json", "pytorch_model-00001-of-00001.bin"});
    const auto plan = planFetch(listing, "hf:a/b");
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->index, "model.safetensors.index.json");
    EXPECT_EQ(namesOf(plan),
        (Names{"config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors"}));
}

TEST(FetchPlanTest, TheIndexDecidesWhatTheShardsAre)
{
    const HubListing listing = listingOf({"config.json", "model-00001-of-00002.safetensors",
        "other.safetensors", "model.safetensors.index.json"});
    const auto exact = withShards(*planFetch(listing, "hf:a/b"), listing,
        {.shardOf = {}, .shards = {"other.safetensors"}, .totalSizeBytes = {}}, "hf:a/b");
    ASSERT_TRUE(exact);
    EXPECT_EQ(namesOf(exact),
        (Names{"config.json", "model.safetensors.index.json", "other.safetensors"}));
}

TEST(FetchPlanTest, RefusesAnIndexThatNamesCodeOrWhatIsNotThere)
{
    const HubListing listing =
        listingOf({"config.json", "modeling.py", "model.safetensors.index.json"});
    const FetchPlan plan = *planFetch(listing, "hf:a/b");
    const auto code = withShards(
        plan, listing, {.shardOf = {}, .shards = {"modeling.py"}, .totalSizeBytes = {}}, "hf:a/b");
    ASSERT_FALSE(code);
    EXPECT_EQ(code.error().message,
        "hf:a/b: model.safetensors.index.json names \"modeling.py\" as a shard, wanted a "
        ".safetensors file");
    const auto absent = withShards(plan, listing,
        {.shardOf = {}, .shards = {"x.safetensors"}, .totalSizeBytes = {}}, "hf:a/b");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().message,
        "hf:a/b: model.safetensors.index.json names \"x.safetensors\", which is not in the "
        "repository");
}

TEST(FetchPlanTest, FallsBackToPickledWeights)
{
    EXPECT_EQ(namesOf(planFetch(listingOf({"pytorch_model.bin", "config.json"}), "hf:a/b")),
        (Names{"config.json", "pytorch_model.bin"}));
    const HubListing sharded = listingOf(
        {"config.json", "pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json"});
    EXPECT_EQ(planFetch(sharded, "hf:a/b")->index, "pytorch_model.bin.index.json");
    EXPECT_TRUE(withShards(*planFetch(sharded, "hf:a/b"), sharded,
        {.shardOf = {}, .shards = {"pytorch_model-00001-of-00001.bin"}, .totalSizeBytes = {}},
        "hf:a/b"));
}

TEST(FetchPlanTest, SaysWhatItFoundInsteadOfAModel)
{
    const auto foreign = planFetch(listingOf({"config.json", "model.gguf", "a.txt"}), "hf:a/b");
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().message,
        "hf:a/b: found model.gguf, wanted model.safetensors or pytorch_model.bin");
    EXPECT_EQ(planFetch(listingOf({"model.safetensors"}), "hf:a/b").error().message,
        "hf:a/b: has no config.json, so it is no model that we read");
}

TEST(FetchPlanTest, HostileNamesAreNeverAskedFor)
{
    const auto plan = planFetch(listingOf({"../config.json", "/etc/passwd", "config.json",
                                    "../../model.safetensors", "model.safetensors", "a/b.json"}),
        "hf:a/b");
    EXPECT_EQ(namesOf(plan), (Names{"config.json", "model.safetensors"}));
}

TEST(FetchPlanTest, ReadsTheHubsList)
{
    const auto listing = readHubListing(
        R"({"id": "a/b", "sha": "0123456789abcdef0123456789abcdef01234567", "gated": false,
            "siblings": [{"rfilename": "config.json", "size": 7, "blobId": "x"},
                         {"rfilename": "model.safetensors"}]})",
        "hf:a/b");
    ASSERT_TRUE(listing);
    EXPECT_EQ(listing->commit, "0123456789abcdef0123456789abcdef01234567");
    ASSERT_EQ(listing->files.size(), 2U);
    EXPECT_EQ(listing->files[0].bytes, 7);
    EXPECT_EQ(listing->files[1].bytes, std::nullopt);
}

TEST(FetchPlanTest, RefusesAListThatCouldLeadElsewhere)
{
    for (const char* bad :
        {R"({"sha": "../../x", "siblings": []})", R"({"siblings": []})",
            R"({"sha": "0123456789abcdef0123456789abcdef01234567"})",
            R"({"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"size": 1}]})",
            R"({"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"rfilename": "a", "size": -1}]})",
            "<html>"})
        EXPECT_FALSE(readHubListing(bad, "hf:a/b")) << bad;
}

} // namespace
} // namespace espalier
