// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/safetensors_header.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace espalier {
namespace {

/// A file: the length, the header, `dataBytes` zeros.
std::string fileOf(std::string_view header, std::size_t dataBytes, std::uint64_t claimedLength)
{
    std::string file;
    for (int i = 0; i < 8; ++i)
        file += static_cast<char>(static_cast<unsigned char>(claimedLength >> (8 * i)));
    return file.append(header).append(dataBytes, '\0');
}

std::string fileOf(std::string_view header, std::size_t dataBytes)
{
    return fileOf(header, dataBytes, header.size());
}

Result<SafetensorsHeader> parse(const std::string& file, const SafetensorsLimits& limits = {})
{
    return SafetensorsHeader::parse(std::as_bytes(std::span(file)),
        static_cast<std::int64_t>(file.size()), "m.safetensors", limits);
}

std::string refusal(const std::string& file, const SafetensorsLimits& limits = {})
{
    const auto header = parse(file, limits);
    return header ? "accepted" : header.error().message;
}

/// One tensor "t" with this description.
std::string refusalOf(
    std::string_view dtype, std::string_view shape, std::string_view offsets, std::size_t dataBytes)
{
    const std::string header = R"({"t":{"dtype":")" + std::string(dtype) + R"(","shape":)"
        + std::string(shape) + R"(,"data_offsets":)" + std::string(offsets) + "}}";
    return refusal(fileOf(header, dataBytes));
}

/// Two byte tensors "a" and "b" at these offsets of six bytes.
std::string refusalOfTwo(
    std::string_view a, std::string_view b, std::string_view sizeA, std::string_view sizeB)
{
    const auto line = [](std::string_view name, std::string_view offsets, std::string_view size) {
        return '"' + std::string(name) + R"(":{"dtype":"U8","shape":[)" + std::string(size)
            + R"(],"data_offsets":)" + std::string(offsets) + '}';
    };
    return refusal(fileOf('{' + line("a", a, sizeA) + ',' + line("b", b, sizeB) + '}', 6));
}

bool mentions(const std::string& message, std::string_view part)
{
    return message.find(part) != std::string::npos;
}

TEST(SafetensorsHeader, TensorsComeInTheOrderOfTheirBytesWithOffsetsFromTheStartOfTheFile)
{
    const std::string text =
        R"({"a":{"dtype":"F16","shape":[2,2],"data_offsets":[4,12]},)"
        R"("b":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"__metadata__":{"format":"pt"}})";
    const auto header = parse(fileOf(text, 12));
    ASSERT_TRUE(header) << header.error().message;
    const auto start = static_cast<std::int64_t>(8 + text.size());
    EXPECT_EQ(header->dataBegin(), start);
    ASSERT_EQ(header->tensors().size(), 2u);
    EXPECT_EQ(header->tensors()[0], (TensorEntry{"b", Dtype::I8, "I8", {4}, start, start + 4}));
    EXPECT_EQ(
        header->tensors()[1], (TensorEntry{"a", Dtype::F16, "F16", {2, 2}, start + 4, start + 12}));
    EXPECT_EQ(header->metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
    EXPECT_EQ(header->find("a"), &header->tensors()[1]);
    EXPECT_EQ(header->find("c"), nullptr);
    EXPECT_EQ(header->tensors()[1].elementCount(), 4);
}

TEST(SafetensorsHeader, AFileWithoutTensorsIsLegal)
{
    EXPECT_EQ(refusal(fileOf("{}", 0)), "accepted");
}

TEST(SafetensorsHeader, BlanksAroundTheHeaderAreTolerated)
{
    EXPECT_EQ(refusal(fileOf("\n\t {} \r\n", 0)), "accepted");
}

TEST(SafetensorsHeader, EmptyTensorsAndScalarsAreLegal)
{
    EXPECT_EQ(refusalOf("F32", "[0]", "[0,0]", 0), "accepted");
    EXPECT_EQ(refusalOf("F32", "[3,0,2]", "[0,0]", 0), "accepted");
    EXPECT_EQ(refusalOf("F32", "[]", "[0,4]", 4), "accepted");
}

TEST(SafetensorsHeader, EmptyTensorsBetweenOthersAreLegal)
{
    const std::string text =
        R"({"z":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"e":{"dtype":"U8","shape":[0],"data_offsets":[2,2]},)"
        R"("b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})";
    EXPECT_EQ(refusal(fileOf(text, 3)), "accepted");
}

TEST(SafetensorsHeader, AnUnknownDtypeStaysBrowsable)
{
    const auto header =
        parse(fileOf(R"({"t":{"dtype":"Q7_K","shape":[32],"data_offsets":[0,5]}})", 5));
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_EQ(header->tensors()[0].dtype, std::nullopt);
    EXPECT_EQ(header->tensors()[0].dtypeText, "Q7_K");
    EXPECT_EQ(header->tensors()[0].sizeBytes(), 5);
}

TEST(SafetensorsHeader, AnOpaqueDtypeOfKnownWidthIsStillMeasured)
{
    EXPECT_EQ(refusalOf("F8_E4M3", "[5]", "[0,5]", 5), "accepted");
    EXPECT_TRUE(mentions(
        refusalOf("F8_E4M3", "[4]", "[0,5]", 5), "has 5 bytes, shape [4] as F8_E4M3 needs 4"));
    EXPECT_EQ(refusalOf("F4", "[4]", "[0,2]", 2), "accepted");
    EXPECT_TRUE(mentions(refusalOf("F4", "[3]", "[0,2]", 2), "has 12 bits, wanted whole bytes"));
}

// Row by row of the checks; each message names the file, and the tensor where there is one.

TEST(SafetensorsHeader, TooSmallAFileIsRefused)
{
    EXPECT_EQ(refusal(""),
        "m.safetensors: 0 bytes are too few for a safetensors file, wanted at least 8");
    EXPECT_EQ(refusal("1234567"),
        "m.safetensors: 7 bytes are too few for a safetensors file, wanted at least 8");
}

TEST(SafetensorsHeader, TooLongAHeaderIsRefusedBeforeAnythingIsAllocated)
{
    // The claimed length is looked at before the file's size: nothing of that size is ever touched.
    EXPECT_EQ(refusal(fileOf("{}", 0, 40'000'000)),
        "m.safetensors: safetensors header of 40000000 bytes, wanted at most 33554432");
    EXPECT_TRUE(mentions(refusal(fileOf("{}", 0, 100'000'001),
                             {.maxHeaderBytes = std::numeric_limits<std::int64_t>::max()}),
        "wanted at most 100000000"));
}

TEST(SafetensorsHeader, AHeaderLongerThanTheFileIsRefused)
{
    EXPECT_EQ(refusal(fileOf("{}", 0, 3)),
        "m.safetensors: safetensors header of 3 bytes, but the file has 2 after its length");
}

TEST(SafetensorsHeader, ALengthThatWrapsIsRefused)
{
    EXPECT_TRUE(mentions(refusal(fileOf("{}", 0, std::numeric_limits<std::uint64_t>::max())),
        "header of 18446744073709551615 bytes"));
    EXPECT_TRUE(mentions(
        refusal(fileOf("{}", 0, std::numeric_limits<std::uint64_t>::max() - 6)), "wanted at most"));
}

TEST(SafetensorsHeader, AHeaderThatWasNotReadWholeIsRefused)
{
    const std::string file = fileOf("{}", 0);
    const auto header =
        SafetensorsHeader::parse(std::as_bytes(std::span(file)).first(9), 10, "m.safetensors");
    ASSERT_FALSE(header);
    EXPECT_TRUE(mentions(header.error().message, "only 1 could be read"));
}

TEST(SafetensorsHeader, WhatIsNotUtf8IsRefused)
{
    EXPECT_EQ(refusal(fileOf("{\"\xFF\":1}", 0)), "m.safetensors: line 1, byte 2: not UTF-8");
}

TEST(SafetensorsHeader, WhatIsNotJsonIsRefused)
{
    EXPECT_TRUE(mentions(refusal(fileOf("{", 0)), "not JSON"));
    EXPECT_TRUE(mentions(refusal(fileOf("", 0)), "not JSON"));
    EXPECT_TRUE(mentions(refusal(fileOf("{} x", 0)), "not JSON"));
    EXPECT_TRUE(mentions(refusal(fileOf(std::string_view("{}\0x", 4), 0)), "NUL"));
}

TEST(SafetensorsHeader, AHeaderThatIsNoObjectIsRefused)
{
    EXPECT_EQ(refusal(fileOf("[]", 0)), "m.safetensors: the safetensors header is not an object");
}

TEST(SafetensorsHeader, DeepNestingIsRefused)
{
    EXPECT_TRUE(mentions(refusal(fileOf(std::string(1'000'000, '['), 0)), "nested deeper than 3"));
}

TEST(SafetensorsHeader, DuplicateNamesAreRefused)
{
    EXPECT_TRUE(mentions(
        refusal(fileOf(R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{}})", 0)),
        "key \"t\" appears twice"));
}

TEST(SafetensorsHeader, MetadataThatIsNotStringsIsRefused)
{
    EXPECT_EQ(refusal(fileOf(R"({"__metadata__":{"n":1}})", 0)),
        "m.safetensors: __metadata__: the value of \"n\" is not a string");
    EXPECT_TRUE(mentions(refusal(fileOf(R"({"__metadata__":["a"]})", 0)), "is not an object"));
}

TEST(SafetensorsHeader, AHoleIsRefused)
{
    EXPECT_EQ(refusalOfTwo("[0,2]", "[3,6]", "2", "3"),
        "m.safetensors: tensor \"b\" begins at byte 3 of the data, wanted 2: the tensors leave a "
        "hole");
    EXPECT_TRUE(
        mentions(refusalOf("U8", "[2]", "[1,3]", 3), "begins at byte 1 of the data, wanted 0"));
}

TEST(SafetensorsHeader, AnOverlapIsRefused)
{
    EXPECT_EQ(refusalOfTwo("[0,4]", "[3,6]", "4", "3"),
        "m.safetensors: tensor \"b\" begins at byte 3 of the data, wanted 4: the tensors overlap");
    EXPECT_TRUE(mentions(refusalOfTwo("[0,6]", "[0,6]", "6", "6"), "overlap"));
}

TEST(SafetensorsHeader, AnEndBeforeItsBeginIsRefused)
{
    EXPECT_EQ(refusalOf("U8", "[0]", "[4,2]", 4),
        "m.safetensors: tensor \"t\" ends at 2 before it begins at 4");
}

TEST(SafetensorsHeader, AnEndBehindTheFileIsRefused)
{
    EXPECT_EQ(refusalOf("U8", "[9]", "[0,9]", 8),
        "m.safetensors: tensor \"t\" ends at byte 9 of the data, but the file has 8");
    EXPECT_TRUE(
        mentions(refusalOf("U8", "[9]", "[0,9223372036854775807]", 8), "but the file has 8"));
}

TEST(SafetensorsHeader, AShapeWhoseProductOverflowsIsRefused)
{
    EXPECT_EQ(refusalOf("F32", "[4294967296,4294967296]", "[0,4]", 4),
        "m.safetensors: tensor \"t\" of shape [4294967296, 4294967296] as \"F32\" is larger than "
        "any file");
    EXPECT_TRUE(
        mentions(refusalOf("F64", "[2305843009213693952]", "[0,8]", 8), "larger than any file"));
    EXPECT_TRUE(
        mentions(refusalOf("WHAT", "[4294967296,4294967296]", "[0,4]", 4), "larger than any file"));
}

TEST(SafetensorsHeader, AProductThatWrapsToZeroIsRefused)
{
    // 2^32 · 2^32 is 0 in 64 bits: a reader that multiplies unchecked takes it for an empty tensor.
    EXPECT_TRUE(
        mentions(refusalOf("F32", "[4294967296,4294967296]", "[0,0]", 0), "larger than any file"));
}

TEST(SafetensorsHeader, AnOverflowBesideAZeroIsRefused)
{
    EXPECT_TRUE(mentions(
        refusalOf("F32", "[4294967296,4294967296,0]", "[0,0]", 0), "larger than any file"));
    EXPECT_TRUE(mentions(
        refusalOf("F32", "[0,4294967296,4294967296]", "[0,0]", 0), "larger than any file"));
}

TEST(SafetensorsHeader, AWrongByteSizeIsRefused)
{
    EXPECT_EQ(refusalOf("F32", "[2,2]", "[0,12]", 12),
        "m.safetensors: tensor \"t\" has 12 bytes, shape [2, 2] as F32 needs 16");
    EXPECT_TRUE(
        mentions(refusalOf("F32", "[]", "[0,0]", 0), "has 0 bytes, shape [] as F32 needs 4"));
}

TEST(SafetensorsHeader, TrailingBytesAreRefusedUnlessAllowed)
{
    const std::string file = fileOf(R"({"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 6);
    EXPECT_EQ(refusal(file),
        "m.safetensors: the file has " + std::to_string(file.size()) + " bytes, its tensors end at "
            + std::to_string(file.size() - 4));
    EXPECT_EQ(refusal(file, {.allowTrailingBytes = true}), "accepted");
    EXPECT_TRUE(mentions(refusal(fileOf("{}", 1)), "its tensors end at 10"));
}

TEST(SafetensorsHeader, ATruncatedFileIsRefused)
{
    std::string file = fileOf(R"({"t":{"dtype":"U8","shape":[6],"data_offsets":[0,6]}})", 6);
    file.pop_back();
    EXPECT_TRUE(mentions(refusal(file), "ends at byte 6 of the data, but the file has 5"));
}

TEST(SafetensorsHeader, TooManyDimensionsAreRefused)
{
    EXPECT_EQ(refusalOf("U8", "[1,1,1,1,1,1,1,1]", "[0,1]", 1), "accepted");
    EXPECT_TRUE(mentions(
        refusalOf("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]", 1), "has 9 dimensions, wanted at most 8"));
}

TEST(SafetensorsHeader, NumbersThatAreNoSizesAreRefused)
{
    EXPECT_TRUE(mentions(refusalOf("U8", "[-1]", "[0,1]", 1), "has a dimension of \"-1\""));
    EXPECT_TRUE(mentions(refusalOf("U8", "[1.0]", "[0,1]", 1), "has a dimension of \"1.0\""));
    EXPECT_TRUE(
        mentions(refusalOf("U8", "[18446744073709551615]", "[0,1]", 1), "has a dimension of"));
    EXPECT_TRUE(mentions(refusalOf("U8", "[1]", "[-1,0]", 1), "data_offsets that are not sizes"));
    EXPECT_TRUE(mentions(refusalOf("U8", "[1]", "[0,1.0]", 1), "data_offsets that are not sizes"));
    EXPECT_TRUE(mentions(refusalOf("U8", "[1]", "[0]", 1), "has no data_offsets"));
    EXPECT_TRUE(mentions(refusalOf("U8", "1", "[0,1]", 1), "has no shape"));
}

TEST(SafetensorsHeader, MissingAndUnknownPartsOfATensorAreRefused)
{
    EXPECT_TRUE(mentions(refusal(fileOf(R"({"t":{}})", 0)), "has no dtype"));
    EXPECT_TRUE(mentions(refusal(fileOf(R"({"t":{"dtype":1}})", 0)), "has no dtype"));
    EXPECT_TRUE(mentions(refusal(fileOf(R"({"t":3})", 0)), "is not an object"));
    EXPECT_TRUE(mentions(
        refusal(fileOf(R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}})", 0)),
        "unknown key \"x\""));
}

TEST(SafetensorsHeader, AHostileNameStaysOnOneLine)
{
    const std::string message = refusal(fileOf(R"({"a\nm.safetensors: fine":3})", 0));
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

} // namespace
} // namespace espalier
