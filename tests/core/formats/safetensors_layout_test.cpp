// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/safetensors_layout.h"

#include "core/formats/safetensors_header.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

Result<SafetensorsHeader> readBack(const SafetensorsLayout& layout)
{
    return SafetensorsHeader::parse(
        std::as_bytes(std::span(layout.header)), layout.fileSize, "m.safetensors");
}

std::string refusal(
    const std::vector<TensorSpec>& tensors, const std::map<std::string, std::string>& metadata = {})
{
    const auto layout = layOutSafetensors(tensors, metadata, "m.safetensors");
    return layout ? "accepted" : layout.error().message;
}

TEST(SafetensorsLayout, TheHeaderIsAsTheFormatWantsIt)
{
    const std::vector<TensorSpec> tensors = {{"a", Dtype::F32, {2, 3}}};
    const auto layout = layOutSafetensors(tensors, {{"by", "e"}}, "m.safetensors");
    ASSERT_TRUE(layout);
    const std::string json =
        R"({"__metadata__":{"by":"e"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})";
    ASSERT_EQ(json.size(), 83u); // padded to 88
    EXPECT_EQ(layout->header, std::string("\x58\0\0\0\0\0\0\0", 8) + json + "     ");
    EXPECT_EQ(layout->begins, std::vector<std::int64_t>{96});
    EXPECT_EQ(layout->sizes, std::vector<std::int64_t>{24});
    EXPECT_EQ(layout->fileSize, 120);
}

TEST(SafetensorsLayout, WideTypesComeFirstSoThatAllAreAligned)
{
    const std::vector<TensorSpec> tensors = {{"h", Dtype::F16, {3}}, {"b", Dtype::Bool, {1}},
        {"f", Dtype::F32, {1}}, {"i", Dtype::I64, {}}, {"g", Dtype::F32, {2}}};
    const auto layout = layOutSafetensors(tensors, {}, "m.safetensors");
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->order, (std::vector<std::size_t>{3, 2, 4, 0, 1}));
    for (std::size_t i = 0; i < tensors.size(); ++i)
        EXPECT_EQ(layout->begins[i] % bytesPerElement(tensors[i].dtype), 0) << tensors[i].name;
}

TEST(SafetensorsLayout, OurReaderAcceptsIt)
{
    const std::vector<TensorSpec> tensors = {
        {"h \"quoted\"\n", Dtype::F16, {3}}, {"empty", Dtype::U8, {0, 4}}, {"é", Dtype::F64, {}}};
    const auto layout = layOutSafetensors(tensors, {{"k\"", "v\n"}}, "m.safetensors");
    ASSERT_TRUE(layout);
    const auto header = readBack(*layout);
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_EQ(header->metadata(), (std::map<std::string, std::string>{{"k\"", "v\n"}}));
    EXPECT_EQ(header->dataBegin() % 8, 0);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const TensorEntry* const read = header->find(tensors[i].name);
        ASSERT_NE(read, nullptr);
        EXPECT_EQ(*read,
            (TensorEntry{tensors[i].name, tensors[i].dtype,
                std::string(safetensorsName(tensors[i].dtype)), tensors[i].shape, layout->begins[i],
                layout->begins[i] + layout->sizes[i]}));
    }
}

TEST(SafetensorsLayout, AFileWithoutTensorsCanBeWritten)
{
    const auto layout = layOutSafetensors({}, {}, "m.safetensors");
    ASSERT_TRUE(layout);
    EXPECT_TRUE(readBack(*layout));
}

TEST(SafetensorsLayout, NamesThatCannotBeWrittenAreRefused)
{
    EXPECT_EQ(refusal({{"a", Dtype::F32, {1}}, {"a", Dtype::F32, {1}}}),
        "m.safetensors: two tensors are called \"a\", wanted one");
    EXPECT_EQ(refusal({{"__metadata__", Dtype::F32, {1}}}),
        "m.safetensors: \"__metadata__\" cannot name a tensor");
    EXPECT_EQ(
        refusal({{"\xFF", Dtype::F32, {1}}}), "m.safetensors: \"\\xff\" cannot name a tensor");
    EXPECT_EQ(refusal({}, {{"k", "\xFF"}}), "m.safetensors: metadata \"k\" is not UTF-8");
}

TEST(SafetensorsLayout, SizesBeyondAnyDiskAreRefused)
{
    constexpr std::int64_t kHalf = std::int64_t{1} << 62;
    EXPECT_EQ(refusal({{"a", Dtype::F32, {kHalf}}}),
        "m.safetensors: tensor \"a\" of shape [4611686018427387904] makes the file larger than any "
        "disk");
    EXPECT_NE(refusal({{"a", Dtype::U8, {kHalf}}, {"b", Dtype::U8, {kHalf}}}), "accepted");
    EXPECT_NE(refusal({{"a", Dtype::U8, {-1}}}), "accepted");
}

} // namespace
} // namespace espalier
