// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tokenise.h"

#include "core/storage/hdf5_file.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <atomic>

namespace espalier {
namespace {

/// Letters become 256 + letter, so that tokens take two bytes; counts how often it is asked.
TextEncoding letters(std::atomic<int>& calls)
{
    return {.encode = [&calls](std::string_view text) -> Result<std::vector<std::int32_t>> {
                ++calls;
                std::vector<std::int32_t> ids;
                for (const char c : text) {
                    if (c == '!')
                        return refused("not UTF-8");
                    ids.push_back(256 + static_cast<unsigned char>(c));
                }
                return ids;
            },
        .hash = "letters",
        .vocab = 600,
        .end = 7};
}

std::vector<std::int64_t> idsOf(const Result<std::shared_ptr<const PackedTokens>>& tokens)
{
    EXPECT_TRUE(tokens) << tokens.error().message;
    std::vector<std::int64_t> ids(tokens ? static_cast<std::size_t>((*tokens)->size()) : 0);
    if (tokens)
        (*tokens)->read(0, ids);
    return ids;
}

class TokeniseTest : public ::testing::Test
{
protected:
    TokeniseTest()
    {
        m_text.files = {m_folder.write("1.txt", "ab"), m_folder.write("2.txt", "c")};
        m_text.textField = "text";
    }
    Result<std::shared_ptr<const PackedTokens>> open()
    {
        m_calls = 0;
        m_told.clear();
        return tokensOf(m_text, letters(m_calls), m_folder.path() / "cache",
            {.note = [this](std::string_view line) {
                m_told.emplace_back(line);
            }});
    }
    std::filesystem::path cacheFile() const
    {
        for (const auto& entry :
            std::filesystem::recursive_directory_iterator(m_folder.path() / "cache"))
            if (entry.path().extension() == ".h5")
                return entry.path();
        return {};
    }

    TemporaryFolder m_folder;
    TextFiles m_text;
    std::atomic<int> m_calls = 0;
    std::vector<std::string> m_told;
    const std::vector<std::int64_t> m_ids = {256 + 'a', 256 + 'b', 7, 256 + 'c'};
};

TEST_F(TokeniseTest, TheEndTokenStandsBetweenDocuments)
{
    EXPECT_EQ(idsOf(open()), m_ids);
    m_text.files.pop_back();
    EXPECT_EQ(idsOf(open()), (std::vector<std::int64_t>{256 + 'a', 256 + 'b'}));
}

TEST_F(TokeniseTest, TheSecondStartOnlyLooksAtTheBeginning)
{
    (void)open();
    EXPECT_EQ(m_calls, 2);
    EXPECT_EQ(idsOf(open()), m_ids);
    EXPECT_EQ(m_calls, 1);
    EXPECT_TRUE(m_told.empty());
}

TEST_F(TokeniseTest, OtherTextOrSettingsAreOtherEntries)
{
    (void)open();
    m_folder.write("2.txt", "d");
    EXPECT_EQ(idsOf(open()).back(), 256 + 'd');
    EXPECT_EQ(m_calls, 2);
    // The same bytes in other documents.
    m_text.files = {m_folder.write("1.txt", "a"), m_folder.write("2.txt", "bc")};
    EXPECT_EQ(idsOf(open()), (std::vector<std::int64_t>{256 + 'a', 7, 256 + 'b', 256 + 'c'}));
}

TEST_F(TokeniseTest, ADamagedCacheIsToldOfOnceAndReplaced)
{
    (void)open();
    const std::filesystem::path file = cacheFile();
    const std::string good = TemporaryFolder::read(file);
    const std::string name = file.lexically_relative(m_folder.path()).string();
    for (const std::string& bytes : {std::string("nonsense"), good.substr(0, good.size() / 2)}) {
        m_folder.write(name, bytes);
        EXPECT_EQ(idsOf(open()), m_ids);
        ASSERT_EQ(m_told.size(), 1U);
        EXPECT_NE(m_told[0].find("the text is tokenised again"), std::string::npos) << m_told[0];
        EXPECT_EQ(idsOf(open()), m_ids);
        EXPECT_TRUE(m_told.empty());
        EXPECT_EQ(m_calls, 1);
    }
}

TEST_F(TokeniseTest, ACacheThatLiesIsNotBelieved)
{
    (void)open();
    const std::filesystem::path file = cacheFile();
    const std::string key = file.parent_path().filename().string();
    const auto write = [&](std::vector<std::uint16_t> ids, const std::string& itsKey) {
        ASSERT_TRUE(writeHdf5File(file, [&](Hdf5File& target) -> Status {
            EXPECT_TRUE(target.writeText("/", "format", "espalier tokens 1"));
            EXPECT_TRUE(target.writeText("/", "key", itsKey));
            EXPECT_TRUE(target.writeInteger("/", "tokens", 4));
            EXPECT_TRUE(target.writeInteger("/", "vocab", 600));
            return target.writeUnsigned("/tokens", std::as_bytes(std::span(ids)), 2);
        }));
    };
    const std::vector<std::uint16_t> right(m_ids.begin(), m_ids.end());
    std::vector<std::uint16_t> foreign = right;
    foreign[0] = 300; // a token, but not the text's
    std::vector<std::uint16_t> wild = right;
    wild[3] = 600; // no row of the embedding
    std::vector<std::uint16_t> few(right.begin(), right.begin() + 3);
    for (const auto& [ids, itsKey, why] :
        {std::tuple(foreign, key, "other tokens than the tokenizer's"),
            std::tuple(wild, key, "numbers that are no tokens, wanted 0 to 599"),
            std::tuple(few, key, "found 3 tokens, wanted 4"),
            std::tuple(right, std::string("another"), "made for another text")}) {
        write(ids, itsKey);
        EXPECT_EQ(idsOf(open()), m_ids);
        ASSERT_EQ(m_told.size(), 1U) << why;
        EXPECT_NE(m_told[0].find(why), std::string::npos) << m_told[0];
    }
    write(right, key);
    EXPECT_EQ(idsOf(open()), m_ids);
    EXPECT_TRUE(m_told.empty());
}

TEST_F(TokeniseTest, ACacheThatCannotBeWrittenIsToldOfAndNotMissed)
{
    m_folder.write("cache", "a file in the way");
    EXPECT_EQ(idsOf(open()), m_ids);
    ASSERT_EQ(m_told.size(), 1U);
    EXPECT_NE(m_told[0].find("the tokens are not kept"), std::string::npos) << m_told[0];
}

TEST_F(TokeniseTest, RefusalsNameTheFile)
{
    m_text.files.push_back(m_folder.write("3.txt", "x!"));
    const auto broken = open();
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().message.find("3.txt: not UTF-8"), std::string::npos);
    TextEncoding encoding = letters(m_calls);
    encoding.vocab = 300;
    m_text.files = {m_folder.write("1.txt", "ab")};
    const auto large = tokensOf(m_text, encoding, std::nullopt, {});
    ASSERT_FALSE(large);
    EXPECT_NE(large.error().message.find("gives token 353, wanted 0 to 299"), std::string::npos)
        << large.error().message;
}

TEST_F(TokeniseTest, BytesAreTokensWithALineEndBetweenDocuments)
{
    const auto tokens = byteTokensOf(m_text, {});
    EXPECT_EQ(idsOf(tokens), (std::vector<std::int64_t>{'a', 'b', '\n', 'c'}));
}

TEST(PackedTokens, ReadAcrossPiecesInEveryWidth)
{
    for (const std::int64_t vocab : {256, 257, 65536, 65537}) {
        PackedTokens tokens(vocab);
        tokens.appendPiece(std::vector<std::byte>(
            static_cast<std::size_t>(PackedTokens::kPieceSize * tokens.width())));
        const std::int32_t last = static_cast<std::int32_t>(vocab) - 1;
        tokens.append(std::vector<std::int32_t>{1, last, 2});
        EXPECT_EQ(tokens.size(), PackedTokens::kPieceSize + 3);
        EXPECT_EQ(tokens.pieces().size(), 2U);
        std::vector<std::int64_t> found(4);
        tokens.read(PackedTokens::kPieceSize - 1, found);
        EXPECT_EQ(found, (std::vector<std::int64_t>{0, 1, last, 2}));
        EXPECT_EQ(tokens.width(), vocab <= 256 ? 1 : vocab <= 65536 ? 2 : 4);
    }
}

} // namespace
} // namespace espalier
