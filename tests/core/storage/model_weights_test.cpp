// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/model_weights.h"

#include "core/storage/safetensors_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_pickle.h"
#include "tests/support/toy_zip.h"

#include <gtest/gtest.h>

#include <array>

namespace espalier {
namespace {

/// A file of one-byte tensors.
void writeShard(const std::filesystem::path& file, const std::vector<std::string>& names)
{
    static constexpr std::array<std::byte, 1> kOne = {std::byte{1}};
    std::vector<TensorSource> tensors;
    for (const std::string& name : names)
        tensors.push_back({.spec = {.name = name, .dtype = Dtype::U8, .shape = {1}},
            .bytes = []() -> Result<SourceBytes> {
                return SourceBytes{kOne};
            }});
    std::filesystem::create_directories(file.parent_path());
    ASSERT_TRUE(writeSafetensors(file, tensors));
}

class ModelWeightsTest : public testing::Test
{
protected:
    TemporaryFolder m_place;
    std::filesystem::path m_folder = m_place.path() / "m";

    void SetUp() override
    {
        std::filesystem::create_directories(m_folder);
    }
    void writeIndex(const std::string& weightMap)
    {
        m_place.write("m/model.safetensors.index.json", "{\"weight_map\": {" + weightMap + "}}");
    }
    std::string refusal()
    {
        const auto tensors = openModelWeights(m_folder);
        return tensors ? "accepted" : tensors.error().message;
    }
};

TEST_F(ModelWeightsTest, ShardsAreOneList)
{
    writeShard(m_folder / "1.safetensors", {"a", "b"});
    writeShard(m_folder / "2.safetensors", {"c"});
    writeIndex(R"("a": "1.safetensors", "b": "1.safetensors", "c": "2.safetensors")");
    ASSERT_TRUE(holdsModelWeights(m_folder));
    const auto tensors = openModelWeights(m_folder);
    ASSERT_TRUE(tensors) << tensors.error().message;
    ASSERT_EQ(tensors->size(), 3U);
    EXPECT_EQ(tensors->at(2).name, "c");
    EXPECT_EQ(tensors->at(2).file, (m_folder / "2.safetensors").string());
    std::array<std::byte, 1> byte = {};
    ASSERT_TRUE(tensors->at(2).read(0, byte));
    EXPECT_EQ(byte[0], std::byte{1});
}

TEST_F(ModelWeightsTest, IndexAndShardsMustAgreeBothWays)
{
    writeShard(m_folder / "1.safetensors", {"a", "b"});
    writeIndex(R"("a": "1.safetensors")");
    EXPECT_NE(refusal().find("does not list tensor \"b\""), std::string::npos) << refusal();
    writeIndex(R"("a": "1.safetensors", "b": "1.safetensors", "c": "1.safetensors")");
    EXPECT_NE(refusal().find("tensor \"c\" should be in \"1.safetensors\""), std::string::npos);
    writeIndex(R"("a": "1.safetensors", "b": "1.safetensors", "c": "2.safetensors")");
    EXPECT_NE(refusal().find("\"2.safetensors\", which is missing"), std::string::npos);
}

TEST_F(ModelWeightsTest, ShardsOutsideTheFolderAreRefused)
{
    writeShard(m_place.path() / "secret.safetensors", {"a"});
    writeIndex(R"("a": "../secret.safetensors")");
    EXPECT_NE(refusal(), "accepted");
    writeIndex("\"a\": \"" + (m_place.path() / "secret.safetensors").string() + "\"");
    EXPECT_NE(refusal(), "accepted");
    std::filesystem::create_symlink("../secret.safetensors", m_folder / "1.safetensors");
    writeIndex(R"("a": "1.safetensors")");
    EXPECT_NE(refusal().find("outside its folder"), std::string::npos) << refusal();
}

TEST_F(ModelWeightsTest, TheHuggingFaceCacheMayLinkItsShards)
{
    const auto repository = m_place.path() / "models--a--b";
    writeShard(repository / "blobs/0123", {"a"});
    m_place.write("models--a--b/blobs/4567", R"({"weight_map": {"a": "1.safetensors"}})");
    const auto snapshot = repository / "snapshots/89";
    std::filesystem::create_directories(snapshot);
    std::filesystem::create_symlink("../../blobs/0123", snapshot / "1.safetensors");
    std::filesystem::create_symlink("../../blobs/4567", snapshot / "model.safetensors.index.json");
    const auto tensors = openModelWeights(snapshot);
    ASSERT_TRUE(tensors) << tensors.error().message;
    EXPECT_EQ(tensors->front().file, (snapshot / "1.safetensors").string());
}

TEST_F(ModelWeightsTest, SafetensorsComeBeforePickles)
{
    m_place.write("m/pytorch_model.bin", "no matter what");
    EXPECT_NE(refusal(), "accepted");
    writeShard(m_folder / "model.safetensors", {"a"});
    EXPECT_EQ(refusal(), "accepted");
}

TEST_F(ModelWeightsTest, PicklesMayComeInShards)
{
    const std::string program = test::pickledDictionary(
        test::pickledText("a") + test::pickledTensor({.type = "HalfStorage"}));
    test::writeZip(m_folder / "1.bin", {{"x/data.pkl", program}, {"x/data/0", "0123456789AB"}});
    m_place.write("m/pytorch_model.bin.index.json", R"({"weight_map": {"a": "1.bin"}})");
    const auto tensors = openModelWeights(m_folder);
    ASSERT_TRUE(tensors) << tensors.error().message;
    EXPECT_EQ(tensors->front().dtype, "F16");
    EXPECT_EQ(tensors->front().byteCount, 12);
    std::array<std::byte, 2> bytes = {};
    ASSERT_TRUE(tensors->front().read(10, bytes));
    EXPECT_EQ(bytes[1], std::byte{'B'});
    m_place.write("m/pytorch_model.bin.index.json", R"({"weight_map": {"b": "1.bin"}})");
    EXPECT_NE(refusal(), "accepted");
}

} // namespace
} // namespace espalier
