// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace espalier::test {

// Pieces of a data.pkl as torch.save writes it.

[[nodiscard]] inline std::string pickledByte(std::size_t number)
{
    return std::string(1, static_cast<char>(number));
}
[[nodiscard]] inline std::string pickledText(const std::string& value)
{
    return "X" + pickledByte(value.size()) + std::string(3, '\0') + value;
}
/// From 0 to 255.
[[nodiscard]] inline std::string pickledNumber(int value)
{
    return "K" + pickledByte(static_cast<std::size_t>(value));
}
[[nodiscard]] inline std::string pickledTuple(const std::string& items)
{
    return "(" + items + "t";
}

/// Six numbers as two rows of three.
struct PickledFields
{
    std::string type = "FloatStorage";
    std::string key = "0";
    std::string elements = pickledNumber(6);
    std::string offset = pickledNumber(0);
    std::string sizes = pickledNumber(2) + pickledNumber(3);
    std::string strides = pickledNumber(3) + pickledNumber(1);
};

[[nodiscard]] inline std::string pickledTensor(const PickledFields& fields = {})
{
    const std::string storage =
        pickledTuple(pickledText("storage") + "ctorch\n" + fields.type + "\n"
            + pickledText(fields.key) + pickledText("cpu") + fields.elements)
        + "Q";
    return "ctorch._utils\n_rebuild_tensor_v2\n"
        + pickledTuple(storage + fields.offset + pickledTuple(fields.sizes)
            + pickledTuple(fields.strides) + "\x89" + "ccollections\nOrderedDict\n)R")
        + "R";
}

/// A whole program: names and values in turn.
[[nodiscard]] inline std::string pickledDictionary(const std::string& items)
{
    return std::string("\x80\x02") + "ccollections\nOrderedDict\n)R(" + items + "u.";
}

} // namespace espalier::test
