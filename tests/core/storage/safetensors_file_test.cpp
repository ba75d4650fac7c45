// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/safetensors_file.h"

#include "core/storage/safetensors_writer.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

constexpr std::int64_t kLarge = std::int64_t{4} << 20; ///< written by a thread of its own

/// A tensor of bytes with these values.
TensorSource bytesTensor(std::string name, const std::string& values)
{
    return {{std::move(name), Dtype::U8, {static_cast<std::int64_t>(values.size())}},
        [&values]() -> Result<SourceBytes> {
            return SourceBytes{std::as_bytes(std::span(values))};
        }};
}

std::string textOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(SafetensorsFile, WhatWasWrittenIsRead)
{
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "m.safetensors";
    const std::string a = "first";
    const std::string b = "2nd";
    const std::vector<TensorSource> tensors = {bytesTensor("a", a), bytesTensor("b", b)};
    ASSERT_TRUE(writeSafetensors(path, tensors, {{"format", "pt"}}));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->header().metadata().at("format"), "pt");
    EXPECT_EQ(textOf(file->bytes(*file->header().find("a"))), "first");
    EXPECT_EQ(textOf(file->bytes(*file->header().find("b"))), "2nd");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"m.safetensors"});
}

TEST(SafetensorsFile, TheSameTensorsGiveTheSameBytes)
{
    const TemporaryFolder folder;
    const std::string values = "values";
    const std::vector<TensorSource> tensors = {bytesTensor("a", values)};
    ASSERT_TRUE(writeSafetensors(folder.path() / "1", tensors));
    ASSERT_TRUE(writeSafetensors(folder.path() / "2", tensors));
    EXPECT_EQ(
        TemporaryFolder::read(folder.path() / "1"), TemporaryFolder::read(folder.path() / "2"));
}

TEST(SafetensorsFile, AMappedFileSurvivesItsReplacement)
{
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "m.safetensors";
    const std::string before = "before";
    ASSERT_TRUE(writeSafetensors(path, std::vector<TensorSource>{bytesTensor("t", before)}));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file);
    // A tensor of the mapped file is the source of the file that takes its place.
    const std::span<const std::byte> mapped = file->bytes(*file->header().find("t"));
    const TensorSource source = {{"u", Dtype::U8, {6}}, [&]() -> Result<SourceBytes> {
                                     return SourceBytes{mapped};
                                 }};
    ASSERT_TRUE(writeSafetensors(path, std::vector<TensorSource>{source}));
    EXPECT_EQ(textOf(mapped), "before");
    EXPECT_EQ(textOf(SafetensorsFile::open(path)->bytes(
                  *SafetensorsFile::open(path)->header().find("u"))),
        "before");
}

TEST(SafetensorsFile, AMalformedFileIsRefusedByItsPath)
{
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.write("m.safetensors", "short");
    EXPECT_EQ(SafetensorsFile::open(path).error().message,
        path.string() + ": 5 bytes are too few for a safetensors file, wanted at least 8");
}

TEST(SafetensorsFile, TenSparseGigabytesAreListed)
{
    const TemporaryFolder folder;
    const std::vector<TensorSpec> tensors = {
        {"a", Dtype::F32, {1'250'000'000}}, {"b", Dtype::BF16, {2'500'000'000}}};
    const SafetensorsLayout layout = layOutSafetensors(tensors, {}, "big").value();
    const std::filesystem::path path = folder.write("big.safetensors", layout.header);
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(layout.fileSize));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->header().tensors()[1].name, "b");
    EXPECT_EQ(file->bytes(*file->header().find("b")).size(), 5'000'000'000u);
    EXPECT_EQ(file->bytes(*file->header().find("b")).back(), std::byte{0});
}

TEST(SafetensorsFile, AHeaderOfTwoThousandTensorsIsRead)
{
    std::vector<TensorSpec> tensors;
    for (int i = 0; i < 2000; ++i)
        tensors.push_back(
            {"model.layers." + std::to_string(i) + ".mlp.down_proj.weight", Dtype::BF16, {64, 3}});
    const SafetensorsLayout layout = layOutSafetensors(tensors, {}, "m").value();
    const auto header =
        SafetensorsHeader::parse(std::as_bytes(std::span(layout.header)), layout.fileSize, "m");
    ASSERT_TRUE(header);
    EXPECT_EQ(header->tensors().size(), 2000u);
    EXPECT_EQ(header->find("model.layers.1999.mlp.down_proj.weight")->end, layout.fileSize);
}

TEST(SafetensorsWriter, AFullDiskLeavesNothingAndTheOldFileWhole)
{
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.write("m.safetensors", "old");
    const std::string values(100'000, 'x');
    const std::vector<TensorSource> tensors = {bytesTensor("t", values)};
    Status written;
    {
        const FileSizeLimit limit(4096);
        written = writeSafetensors(path, tensors);
    }
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Resource);
    EXPECT_TRUE(
        written.error().message.starts_with(path.string() + ": File too large after 4096 of 100"));
    EXPECT_EQ(folder.names(), std::vector<std::string>{"m.safetensors"});
    EXPECT_EQ(TemporaryFolder::read(path), "old");
}

TEST(SafetensorsWriter, APlaceThatCannotBeWrittenIsAResourceError)
{
    const TemporaryFolder folder;
    folder.write("file", "x");
    const Status written = writeSafetensors(folder.path() / "file" / "m.safetensors", {});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Resource);
    EXPECT_EQ(written.error().message,
        folder.path().string() + "/file/m.safetensors: cannot be written: Not a directory");
}

TEST(SafetensorsWriter, ASourceThatFailsLeavesNothing)
{
    const TemporaryFolder folder;
    const TensorSource source = {{"t", Dtype::U8, {1}}, []() -> Result<SourceBytes> {
                                     return refused("no bytes");
                                 }};
    const Status written = writeSafetensors(folder.path() / "m", std::vector<TensorSource>{source});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "no bytes");
    EXPECT_TRUE(folder.names().empty());
}

TEST(SafetensorsWriter, BytesLiveUntilTheyAreInTheFile)
{
    const TemporaryFolder folder;
    const auto source = [](const char* name, char value) {
        return TensorSource{{name, Dtype::U8, {kLarge}}, [value]() -> Result<SourceBytes> {
                                const auto made = std::make_shared<const std::string>(
                                    static_cast<std::size_t>(kLarge), value);
                                return SourceBytes{std::as_bytes(std::span(*made)), made};
                            }};
    };
    const std::vector<TensorSource> tensors = {source("a", 'a'), source("b", 'b')};
    ASSERT_TRUE(writeSafetensors(folder.path() / "m", tensors));
    const auto file = SafetensorsFile::open(folder.path() / "m");
    ASSERT_TRUE(file);
    EXPECT_EQ(textOf(file->bytes(*file->header().find("a"))), std::string(kLarge, 'a'));
    EXPECT_EQ(textOf(file->bytes(*file->header().find("b"))), std::string(kLarge, 'b'));
}

TEST(SafetensorsWriter, AStopLeavesNothing)
{
    const TemporaryFolder folder;
    const std::string values = "values";
    std::stop_source source;
    source.request_stop();
    const Status written = writeSafetensors(folder.path() / "m",
        std::vector<TensorSource>{bytesTensor("t", values)}, {}, {.stop = source.get_token()});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Cancelled);
    EXPECT_TRUE(folder.names().empty());
}

TEST(SafetensorsWriter, SourcesAreAskedOneByOneInTheOrderOfTheFile)
{
    const TemporaryFolder folder;
    std::string asked;
    const std::string narrow = "x";
    const std::string wide = "12345678";
    const std::vector<TensorSource> tensors = {{{"narrow", Dtype::U8, {1}},
                                                   [&]() -> Result<SourceBytes> {
                                                       asked += 'n';
                                                       return SourceBytes{
                                                           std::as_bytes(std::span(narrow))};
                                                   }},
        {{"wide", Dtype::F64, {1}}, [&]() -> Result<SourceBytes> {
             asked += 'w';
             return SourceBytes{std::as_bytes(std::span(wide))};
         }}};
    ASSERT_TRUE(writeSafetensors(folder.path() / "m", tensors));
    EXPECT_EQ(asked, "wn");
    const auto file = SafetensorsFile::open(folder.path() / "m");
    EXPECT_EQ(textOf(file->bytes(*file->header().find("wide"))), wide);
    EXPECT_EQ(textOf(file->bytes(*file->header().find("narrow"))), narrow);
}

} // namespace
} // namespace espalier
