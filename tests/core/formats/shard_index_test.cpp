// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/shard_index.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

std::string refusal(std::string_view text)
{
    const auto index = readShardIndex(text, "i.json");
    return index ? "accepted" : index.error().message;
}

std::string refusalOfShard(std::string_view jsonString)
{
    return refusal(R"({"weight_map":{"t":)" + std::string(jsonString) + "}}");
}

ShardIndex twoShards()
{
    return readShardIndex(
        R"({"metadata":{"total_size":3},"weight_map":{"wte":"1.st","h.0":"2.st","h.1":"2.st"}})",
        "i.json")
        .value();
}

TEST(ShardIndex, AnIndexIsRead)
{
    const ShardIndex index = twoShards();
    EXPECT_EQ(index.shardOf,
        (std::map<std::string, std::string>{{"wte", "1.st"}, {"h.0", "2.st"}, {"h.1", "2.st"}}));
    EXPECT_EQ(index.shards, (std::vector<std::string>{"1.st", "2.st"}));
    EXPECT_EQ(index.totalSizeBytes, 3);
}

TEST(ShardIndex, AnOddTotalSizeDoesNotMatter)
{
    EXPECT_EQ(refusal(R"({"metadata":{"total_size":1.5e9,"format":"pt"},"weight_map":{"t":"a"}})"),
        "accepted");
    EXPECT_EQ(refusal(R"({"weight_map":{"t":"a"}})"), "accepted");
}

TEST(ShardIndex, ShardNamesThatLeaveTheFolderAreRefused)
{
    EXPECT_EQ(refusalOfShard(R"("../secret")"),
        "i.json: weight_map.t: found \"../secret\", wanted the plain name of a file in the same "
        "folder");
    for (const std::string_view name : {R"("/etc/passwd")", R"("..")", R"(".")", R"("a/b")",
             R"("a\\b")", R"("C:x")", R"("")", R"("a\u0000b")", R"("a\nb")"})
        EXPECT_NE(refusalOfShard(name), "accepted") << name;
    EXPECT_NE(refusalOfShard('"' + std::string(256, 'a') + '"'), "accepted");
    EXPECT_EQ(refusalOfShard(R"("model-00001-of-00002.safetensors")"), "accepted");
}

TEST(ShardIndex, WrongTypesAndUnknownKeysAreRefused)
{
    EXPECT_EQ(refusalOfShard("3"), "i.json: weight_map.t: found 3, wanted a string");
    EXPECT_EQ(refusal(R"({"metadata":{}})"), "i.json: weight_map: found nothing, wanted an object");
    EXPECT_EQ(refusal(R"({"weight_map":{"t":"a"},"weight_mop":{}})"),
        "i.json: unknown key \"weight_mop\", did you mean \"weight_map\"?");
    EXPECT_EQ(refusal(R"({"weight_map":{}})"),
        "i.json: weight_map is empty, wanted file names by tensor");
    EXPECT_NE(refusal(R"({"weight_map":{"t":"a","t":"b"}})"), "accepted");
}

class ShardCheck : public testing::Test
{
protected:
    std::string check(
        const std::vector<std::string>& first, const std::vector<std::string>& second) const
    {
        const std::vector<OpenShard> shards = {
            {"1.st", {first.begin(), first.end()}}, {"2.st", {second.begin(), second.end()}}};
        const Status status = checkShards(twoShards(), shards, "i.json");
        return status ? "ok" : status.error().message;
    }
};

TEST_F(ShardCheck, IndexAndShardsThatAgreePass)
{
    EXPECT_EQ(check({"wte"}, {"h.0", "h.1"}), "ok");
}

TEST_F(ShardCheck, AShardThatIsAbsentIsNamed)
{
    const std::vector<OpenShard> shards = {{"2.st", {"h.0", "h.1"}}};
    EXPECT_EQ(checkShards(twoShards(), shards, "i.json").error().message,
        "i.json: tensor \"wte\" is in \"1.st\", which is missing from the folder; download that "
        "file again");
}

TEST_F(ShardCheck, AShardOfAnotherVersionIsNamed)
{
    EXPECT_EQ(check({"wte"}, {"h.0"}),
        "i.json: tensor \"h.1\" should be in \"2.st\"; that file is there but is not the one "
        "described, "
        "it belongs to another version; download index and files together");
}

TEST_F(ShardCheck, ATensorThatTheIndexDoesNotListIsNamed)
{
    EXPECT_EQ(check({"wte", "extra"}, {"h.0", "h.1"}),
        "i.json: does not list tensor \"extra\" of \"1.st\"; index and files are of different "
        "versions, "
        "wanted both from one download");
}

TEST_F(ShardCheck, ATensorInTwoShardsIsNamed)
{
    EXPECT_EQ(check({"wte", "h.0"}, {"h.0", "h.1"}),
        "i.json: puts tensor \"h.0\" into \"2.st\", but \"1.st\" holds it too; wanted it once");
}

TEST(MissingTensor, OneThatWasNeverThereComesWithTheNearestName)
{
    EXPECT_EQ(explainMissingTensor(twoShards(), {}, "h.2", "i.json").message,
        "i.json: tensor \"h.2\" was never in this checkpoint; the nearest name in it is \"h.0\"");
    EXPECT_EQ(explainMissingTensor(twoShards(), {}, "lm_head.weight", "i.json").message,
        "i.json: tensor \"lm_head.weight\" was never in this checkpoint");
}

} // namespace
} // namespace espalier
