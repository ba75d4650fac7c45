// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/remembered_hash.h"

#include "core/engine/weights_hash.h"
#include "core/storage/model_weights.h"
#include "tests/support/engine/reference_model.h"
#include "tests/support/temporary_folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace espalier {
namespace {

/// A model in files that say to be in this state, and that can be read or not.
class ModelInFiles
{
public:
    explicit ModelInFiles(const std::string& state, bool readable = true)
    {
        const Model opened = Model::open(m_folder.path()).value();
        std::vector<StoredTensor> tensors = openModelWeights(m_folder.path()).value();
        for (StoredTensor& tensor : tensors) {
            tensor.fileState = state;
            if (!readable)
                tensor.read = [](std::int64_t, std::span<std::byte>) -> Status {
                    return outOfResource("the file was read");
                };
        }
        m_impl.config = opened.config();
        m_impl.stored = std::make_shared<StoredModel>(
            StoredModel::assign(opened.config(), std::move(tensors)).value());
        m_impl.loadOne = [this](ParameterId id) {
            return m_impl.stored->parameter(id);
        };
        m_impl.load = [this](const Progress& progress) {
            return m_impl.stored->all(progress);
        };
    }

    [[nodiscard]] const Model::Impl& impl() const
    {
        return m_impl;
    }

private:
    test::ReferenceFolder m_folder{"gpt2-untied"};
    Model::Impl m_impl = {};
};

class RememberedHash : public testing::Test
{
protected:
    [[nodiscard]] Result<std::string> hashOf(const ModelInFiles& model) const
    {
        return rememberedHash(model.impl(), cache.path());
    }
    [[nodiscard]] std::filesystem::path file() const
    {
        return cache.path() / "weights-hashes.json";
    }
    [[nodiscard]] std::string kept() const
    {
        std::ostringstream text;
        text << std::ifstream(file()).rdbuf();
        return text.str();
    }

    const TemporaryFolder cache;
};

TEST_F(RememberedHash, FilesThatNobodyHasWrittenToAreReadOnce)
{
    const std::string hash = hashOf(ModelInFiles("state")).value();
    EXPECT_EQ(hash, hashWeights(ModelInFiles("state").impl()).value());
    EXPECT_EQ(hashOf(ModelInFiles("state", false)).value(), hash);
}

TEST_F(RememberedHash, FilesInAnotherStateAreReadAgain)
{
    ASSERT_TRUE(hashOf(ModelInFiles("state")));
    EXPECT_EQ(hashOf(ModelInFiles("other", false)).error().message, "the file was read");
}

TEST_F(RememberedHash, FilesWithoutAStateAreReadEachTime)
{
    ASSERT_TRUE(hashOf(ModelInFiles("")));
    EXPECT_FALSE(std::filesystem::exists(file()));
    EXPECT_FALSE(hashOf(ModelInFiles("", false)));
}

TEST_F(RememberedHash, AFailureIsNotRemembered)
{
    EXPECT_FALSE(hashOf(ModelInFiles("state", false)));
    EXPECT_TRUE(hashOf(ModelInFiles("state")));
}

TEST_F(RememberedHash, AFileThatIsNoneOfOursIsReplaced)
{
    for (const char* text :
        {"{", "[]", R"({"format": "another", "hashes": []})",
            R"({"format": "espalier weights hashes 1", "hashes": [{"weights": "k", "hash": 3}]})"}) {
        cache.write("weights-hashes.json", text);
        const std::string hash = hashOf(ModelInFiles("state")).value();
        EXPECT_NE(kept().find(hash), std::string::npos) << text;
    }
}

TEST_F(RememberedHash, TheOldestOf513IsForgotten)
{
    std::string entries;
    for (int i = 0; i < 512; ++i)
        entries +=
            fmt::format(R"({}{{"weights": "key {}", "hash": "{:064}"}})", i ? ", " : "", i, i);
    cache.write("weights-hashes.json",
        fmt::format(R"({{"format": "espalier weights hashes 1", "hashes": [{}]}})", entries));
    const std::string hash = hashOf(ModelInFiles("state")).value();
    EXPECT_EQ(kept().find("\"key 0\""), std::string::npos);
    EXPECT_NE(kept().find("\"key 1\""), std::string::npos);
    EXPECT_NE(kept().find(hash), std::string::npos);
}

TEST_F(RememberedHash, WithoutAFolderNothingIsKept)
{
    EXPECT_TRUE(rememberedHash(ModelInFiles("state").impl(), std::nullopt));
    EXPECT_FALSE(rememberedHash(ModelInFiles("state", false).impl(), std::nullopt));
}

TEST_F(RememberedHash, AFolderThatCannotBeWrittenIsSaidAndCostsTheTimeOnly)
{
    std::string said;
    const Progress progress{.note = [&said](std::string_view line) {
        said = line;
    }};
    const std::filesystem::path folder = cache.write("file", "") / "below";
    EXPECT_TRUE(rememberedHash(ModelInFiles("state").impl(), folder, progress));
    EXPECT_TRUE(said.starts_with("the weights' hash is not kept: ")) << said;
}

} // namespace
} // namespace espalier
