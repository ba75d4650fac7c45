// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/torch_pickle.h"

#include "tests/support/toy_pickle.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using namespace std::string_literals;
using test::pickledDictionary;
using test::PickledFields;
using test::pickledNumber;
using test::pickledTensor;
using test::pickledText;
using test::pickledTuple;

Result<std::vector<PickledTensor>> read(const std::string& program, const PickleLimits& limits = {})
{
    return readTorchPickle(std::as_bytes(std::span(program)), "m.bin", limits);
}
std::string refusal(const std::string& program, const PickleLimits& limits = {})
{
    const auto tensors = read(program, limits);
    return tensors ? "accepted" : tensors.error().message;
}

TEST(TorchPickle, ATensorIsRead)
{
    const auto tensors = read(pickledDictionary(pickledText("wte.weight") + pickledTensor()));
    ASSERT_TRUE(tensors) << tensors.error().message;
    ASSERT_EQ(tensors->size(), 1U);
    EXPECT_EQ(tensors->front(),
        (PickledTensor{.name = "wte.weight",
            .dtype = Dtype::F32,
            .storage = "0",
            .storageElements = 6,
            .begin = 0,
            .end = 6,
            .sizes = {2, 3}}));
}

TEST(TorchPickle, TensorsMayShareAStorage)
{
    const auto tensors = read(pickledDictionary(pickledText("a") + pickledTensor()
        + pickledText("b")
        + pickledTensor(
            {.offset = pickledNumber(2), .sizes = pickledNumber(4), .strides = pickledNumber(1)})));
    ASSERT_TRUE(tensors);
    EXPECT_EQ(tensors->at(1).storage, "0");
    EXPECT_EQ(tensors->at(1).begin, 2);
}

TEST(TorchPickle, ParametersMemosAndAttributesOfTheDictionaryAreUnderstood)
{
    const std::string parameter =
        "ctorch._utils\n_rebuild_parameter\n" + pickledTuple(pickledTensor() + "\x88" + "N") + "R";
    const auto tensors = read("\x80\x02"s + "ccollections\nOrderedDict\nq\x01)R" + pickledText("a")
        + "q\x02" + parameter + "q\x03s" + pickledText("b") + "h\x03s" + "}"
        + pickledText("_metadata") + "h\x01)Rsb.");
    ASSERT_TRUE(tensors) << tensors.error().message;
    EXPECT_EQ(tensors->size(), 2U);
}

TEST(TorchPickle, OtherTypesAreNamed)
{
    const auto tensors =
        read(pickledDictionary(pickledText("position_ids") + pickledTensor({.type = "LongStorage"})
            + pickledText("h") + pickledTensor({.type = "BFloat16Storage"})));
    ASSERT_TRUE(tensors);
    EXPECT_EQ(tensors->at(0).dtype, Dtype::I64);
    EXPECT_EQ(tensors->at(1).dtype, Dtype::BF16);
}

TEST(TorchPickle, AnyOtherCallableIsRefusedByName)
{
    EXPECT_EQ(
        refusal("\x80\x02"s + "cos\nsystem\n" + pickledTuple(pickledText("touch /tmp/x")) + "R."),
        "m.bin: the list of tensors (byte 13) wants \"system\" of \"os\", which no list of tensors "
        "needs; nothing was run");
    for (const std::string program : {"ctorch\nload\n", "ctorch._utils\nOrderedDict\n",
             "cbuiltins\neval\n", "ctorch\nComplexFloatStorage\n"})
        EXPECT_NE(refusal(program + ".").find(" wants "), std::string::npos) << program;
    EXPECT_NE(
        refusal("\x80\x04\x8c\x02os\x8c\x06system\x93."s).find("\"system\""), std::string::npos);
}

TEST(TorchPickle, OtherInstructionsAreRefused)
{
    for (const char instruction : {'i', 'o', 'P', 'I', 'S', '\x81', '\x82', '\x92', '\x97'})
        EXPECT_NE(refusal(std::string(1, instruction) + "os\nsystem\n.").find("holds instruction"),
            std::string::npos)
            << instruction;
}

TEST(TorchPickle, TensorsThatLeaveTheirStorageAreRefused)
{
    const auto with = [](const PickledFields& fields) {
        return refusal(pickledDictionary(pickledText("a") + pickledTensor(fields)));
    };
    EXPECT_EQ(with({.offset = pickledNumber(1)}),
        "m.bin: tensor \"a\": found 6 elements from 1, wanted them inside the 6 of its storage");
    EXPECT_NE(with({.elements = pickledNumber(5)}), "accepted");
    EXPECT_NE(with({.elements = "J\xff\xff\xff\xff"}), "accepted"); // -1
    EXPECT_NE(with({.offset = "J\xff\xff\xff\xff"}), "accepted");
    const std::string huge = "\x8a\x08\0\0\0\0\0\0\0\x40"s; // 2^62
    EXPECT_NE(with({.sizes = huge + huge, .strides = huge + pickledNumber(1)}), "accepted");
    EXPECT_NE(with({.offset = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"s}), "accepted");
}

PickledFields withStrides(const std::string& sizes, const std::string& strides)
{
    return {.sizes = sizes, .strides = strides};
}

TEST(TorchPickle, StridesOfOtherOrdersAreKept)
{
    const std::string twoByThree = pickledNumber(2) + pickledNumber(3);
    const auto tensors = read(pickledDictionary(pickledText("transposed")
        + pickledTensor(withStrides(twoByThree, pickledNumber(1) + pickledNumber(2)))
        + pickledText("every other")
        + pickledTensor(withStrides(pickledNumber(3), pickledNumber(2)))));
    ASSERT_TRUE(tensors) << tensors.error().message;
    EXPECT_EQ(tensors->at(0).strides, (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(tensors->at(0).end, 6); // 0, 2, 4 and 1, 3, 5
    EXPECT_EQ(tensors->at(1).strides, (std::vector<std::int64_t>{2}));
    EXPECT_EQ(tensors->at(1).end, 5); // 0, 2, 4
}

TEST(TorchPickle, StridesThatSayNothingAreLeftOut)
{
    for (const PickledFields& fields :
        {withStrides(pickledNumber(1) + pickledNumber(3), pickledNumber(9) + pickledNumber(1)),
            withStrides(pickledNumber(0) + pickledNumber(3), pickledNumber(9) + pickledNumber(7)),
            withStrides("", "")}) {
        const auto tensors = read(pickledDictionary(pickledText("a") + pickledTensor(fields)));
        ASSERT_TRUE(tensors) << tensors.error().message;
        EXPECT_TRUE(tensors->at(0).strides.empty());
    }
}

TEST(TorchPickle, ElementsHaveAPlaceOfTheirOwnInsideTheStorage)
{
    const auto with = [](const std::string& sizes, const std::string& strides) {
        return refusal(
            pickledDictionary(pickledText("a") + pickledTensor(withStrides(sizes, strides))));
    };
    const std::string two = pickledNumber(2);
    const std::string three = pickledNumber(3);
    EXPECT_EQ(with(two + three, pickledNumber(0) + pickledNumber(1)), // expand()
        "m.bin: tensor \"a\": found strides [0, 1] with shape [2, 3], wanted a place for every "
        "element; save it again as safetensors");
    EXPECT_NE(with(two + three, two + pickledNumber(1)).find("[2, 1]"), std::string::npos);
    EXPECT_EQ(with(three, three), // 0, 3, 6
        "m.bin: tensor \"a\": found 3 elements from 0, wanted them inside the 6 of its storage");
    EXPECT_NE(with(two + three, three), "accepted"); // a stride for each
    const std::string huge = "\x8a\x08\0\0\0\0\0\0\0\x40"s; // 2^62
    EXPECT_NE(with(two + three, pickledNumber(1) + huge), "accepted");
    EXPECT_NE(with(two + two, huge + huge), "accepted");
    EXPECT_NE(with(two + three, pickledNumber(1) + "J\xff\xff\xff\xff"), "accepted"); // -1
    EXPECT_NE(with(huge, "\x8a\x01\0"s), "accepted"); // 2^62 times the same
}

TEST(TorchPickle, BrokenProgramsAreRefused)
{
    for (const std::string program :
        {"", ".", "t.", "R.", "q\x01.", "h\x01.", "u.", "(u.", "a.", "Q.", "b.", "NN.", "(", "X",
            "X\xff\xff\xff\x7f"
            "a.",
            "N.", ")).", "(N.", "\x80\x09.", "K", "c", "cos", "cos\n", "\x86.", "}NNs.",
            "]N\x93."}) {
        const std::string why = refusal(program);
        EXPECT_NE(why, "accepted") << program;
        EXPECT_EQ(why.find('\n'), std::string::npos);
    }
}

TEST(TorchPickle, WhatIsNoPlainDictionaryOfTensorsIsRefused)
{
    EXPECT_NE(refusal(pickledDictionary(pickledText("model") + "}")), "accepted");
    EXPECT_NE(refusal(pickledDictionary(pickledNumber(1) + pickledTensor())), "accepted");
    EXPECT_EQ(refusal(pickledDictionary(
                  pickledText("a") + pickledTensor() + pickledText("a") + pickledTensor())),
        "m.bin: tensor \"a\": is there twice");
    // Numbers beside the tensors mean nothing to us.
    EXPECT_EQ(refusal(pickledDictionary(
                  pickledText("epoch") + pickledNumber(3) + pickledText("a") + pickledTensor())),
        "accepted");
}

TEST(TorchPickle, DepthAndNumberOfValuesAreLimited)
{
    const PickleLimits few{.maxValues = 100};
    EXPECT_NE(refusal(std::string(200, ']') + ".", few), "accepted");
    EXPECT_NE(refusal(std::string(200, '(') + ".", few), "accepted");
    EXPECT_NE(refusal("N" + std::string(200, '\x94') + ".", few), "accepted");
    // 400000 lists inside each other: no recursion, neither here nor when they are released.
    std::string deep;
    for (int i = 0; i < 400'000; ++i)
        deep += "]";
    for (int i = 0; i < 399'999; ++i)
        deep += "a";
    EXPECT_EQ(refusal(deep + "."), "m.bin: holds no dictionary of tensors");
    EXPECT_NE(refusal(std::string(100, 'N'), {.maxBytes = 99}).find("wanted at most 99"),
        std::string::npos);
}

} // namespace
} // namespace espalier
