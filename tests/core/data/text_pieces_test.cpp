// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/text_pieces.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

struct Read
{
    std::vector<std::string> documents;
    std::size_t pieces = 0;
    std::string error;
};

Read readAll(const std::filesystem::path& file, const std::string& textField = "text")
{
    Read read;
    const Status status = readPieces(file, textField, [&](TextPiece piece) -> Status {
        if (piece.startsDocument)
            read.documents.emplace_back();
        read.documents.back() += piece.text;
        ++read.pieces;
        return {};
    });
    if (!status)
        read.error = status.error().message;
    return read;
}

TEST(TextPieces, APlainTextIsOneDocumentHoweverLong)
{
    const TemporaryFolder folder;
    std::string text;
    while (text.size() < 5'000'000)
        text += "A line of words that end somewhere.\n\n  Another one\n";
    const Read read = readAll(folder.write("long.txt", text));
    ASSERT_EQ(read.documents.size(), 1U);
    EXPECT_TRUE(read.documents[0] == text);
    EXPECT_GE(read.pieces, 4U);
    EXPECT_EQ(readAll(folder.write("short.txt", "no line end")).documents,
        std::vector<std::string>{"no line end"});
    EXPECT_TRUE(readAll(folder.write("empty.txt", "")).documents.empty());
}

TEST(TextPieces, TextsAreCutWhereNoTokenCrosses)
{
    EXPECT_EQ(lastCut("one\ntwo\nthree"), 8U);
    EXPECT_EQ(lastCut("one\n\n  two"), 0U) << "white space belongs together";
    EXPECT_EQ(lastCut("one two three"), 7U) << "a space goes with the word after it";
    EXPECT_EQ(lastCut("word"), 0U);
    EXPECT_EQ(lastCut("end\n"), 0U) << "more line ends may follow";
    EXPECT_EQ(lastCut(""), 0U);
}

TEST(TextPieces, EachJsonLineIsADocument)
{
    const TemporaryFolder folder;
    const auto file = folder.write(
        "a.jsonl", "{\"text\": \"one\\ntwo\", \"id\": 1}\r\n\n{\"id\": 2, \"text\": \"\\u00e9\"}");
    EXPECT_EQ(readAll(file).documents, (std::vector<std::string>{"one\ntwo", "é"}));
    EXPECT_EQ(readAll(folder.write("b.ndjson", "{\"story\": \"x\"}\n"), "story").documents,
        std::vector<std::string>{"x"});
}

TEST(TextPieces, JsonLinesLongerThanABlockAreRead)
{
    const TemporaryFolder folder;
    const std::string text(3'000'000, 'x');
    const Read read =
        readAll(folder.write("a.jsonl", "{\"text\": \"" + text + "\"}\n{\"text\": \"end\"}\n"));
    ASSERT_EQ(read.documents.size(), 2U) << read.error;
    EXPECT_EQ(read.documents[0].size(), text.size());
    EXPECT_EQ(read.documents[1], "end");
}

TEST(TextPieces, WrongLinesAreNamed)
{
    const TemporaryFolder folder;
    const auto error = [&](const std::string& lines) {
        return readAll(folder.write("a.jsonl", lines)).error;
    };
    EXPECT_NE(error("{\"text\": \"x\"}\n{\"txt\": \"y\"}")
                  .find("a.jsonl: line 2: no field \"text\", wanted one with the text"),
        std::string::npos);
    EXPECT_NE(
        error("[1]").find("a.jsonl: line 1: found array, wanted an object"), std::string::npos);
    EXPECT_NE(error("{\"text\": 3}").find("a.jsonl: line 1: \"text\" is number, wanted a text"),
        std::string::npos);
    EXPECT_NE(error("\n\n{\"text\"").find("a.jsonl: line 3"), std::string::npos);
    EXPECT_NE(readAll("/no/such.txt").error.find("/no/such.txt: not a file"), std::string::npos);
}

TEST(TextPieces, FoldersAreReadDeepInOrderWithoutHiddenOrForeignFiles)
{
    const TemporaryFolder folder;
    for (const char* name :
        {"b.txt", "a/z.md", "a/c/1.jsonl", ".git/x.txt", "a/.hidden.txt", "picture.png", "B.TXT"})
        folder.write(name, "x");
    const auto files = textFilesBelow(folder.path());
    ASSERT_TRUE(files) << files.error().message;
    std::vector<std::string> names;
    for (const auto& file : *files)
        names.push_back(file.lexically_relative(folder.path()).string());
    EXPECT_EQ(names, (std::vector<std::string>{"B.TXT", "a/c/1.jsonl", "a/z.md", "b.txt"}));
}

} // namespace
} // namespace espalier
