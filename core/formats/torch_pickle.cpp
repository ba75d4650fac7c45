// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/torch_pickle.h"

#include "core/base/checked.h"
#include "core/base/untrusted_text.h"
#include "core/formats/pickle_machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <set>

namespace espalier {

namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kLongestStorage = 64;

std::string place(std::string_view where, std::string_view tensor)
{
    return fmt::format("{}: tensor {}", where, inQuotes(tensor));
}

std::optional<std::vector<std::int64_t>> numbersOf(
    const PickleMachine& machine, std::uint32_t tuple, std::size_t maxCount)
{
    std::vector<std::int64_t> numbers;
    for (const std::uint32_t item : machine.at(tuple).items) {
        if (machine.at(item).kind != Kind::Integer || machine.at(item).number < 0
            || numbers.size() == maxCount)
            return std::nullopt;
        numbers.push_back(machine.at(item).number);
    }
    return numbers;
}

/// Strides of dimensions with at most one element mean nothing, and so do all of an empty tensor.
bool isRowMajor(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& strides,
    std::int64_t elements)
{
    if (strides.size() != sizes.size())
        return false;
    std::int64_t wanted = 1; // a divisor of `elements`
    for (std::size_t i = sizes.size(); elements > 0 && i-- > 0;) {
        if (sizes[i] != 1 && strides[i] != wanted)
            return false;
        wanted *= sizes[i];
    }
    return true;
}

Result<PickledTensor> tensorOf(const PickleMachine& machine, std::string_view name,
    const PickleValue& value, std::string_view where, const PickleLimits& limits)
{
    const PickleValue& storage = machine.at(value.items[0]);
    const std::string_view key = machine.at(storage.items[0]).text;
    const auto sizes = numbersOf(machine, value.items[1], limits.maxRank);
    const auto strides = numbersOf(machine, value.items[2], limits.maxRank);
    const auto elements = sizes ? checkedProduct(*sizes) : std::nullopt;
    if (!elements || !strides)
        return refused(
            fmt::format("{}: found sizes or strides that no tensor has, wanted up to {} of them",
                place(where, name), limits.maxRank));
    if (!isRowMajor(*sizes, *strides, *elements))
        return refused(fmt::format("{}: found strides [{}] with shape [{}], wanted rows one after "
                                   "another; save it again as safetensors",
            place(where, name), fmt::join(*strides, ", "), fmt::join(*sizes, ", ")));
    if (key.size() > kLongestStorage)
        return refused(fmt::format("{}: names its storage by {} bytes, wanted at most {}",
            place(where, name), key.size(), kLongestStorage));
    if (value.number < 0 || value.number > storage.number
        || *elements > storage.number - value.number)
        return refused(
            fmt::format("{}: found {} elements from {}, wanted them inside the {} of its storage",
                place(where, name), *elements, value.number, storage.number));
    return PickledTensor{.name = std::string(name),
        .dtype = storage.dtype,
        .storage = std::string(key),
        .storageElements = storage.number,
        .begin = value.number,
        .sizes = *sizes};
}

} // namespace

Result<std::vector<PickledTensor>> readTorchPickle(
    std::span<const std::byte> program, std::string_view where, const PickleLimits& limits)
{
    PickleMachine machine(program, where, limits);
    const Result<std::uint32_t> root = machine.run();
    if (!root)
        return root.error();
    const PickleValue& dictionary = machine.at(*root);
    if (dictionary.kind != Kind::Dict)
        return refused(fmt::format("{}: holds no dictionary of tensors", where));
    std::vector<PickledTensor> tensors;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2) {
        const PickleValue& name = machine.at(dictionary.items[i]);
        const PickleValue& value = machine.at(dictionary.items[i + 1]);
        if (value.kind == Kind::Dict || value.kind == Kind::List || name.kind != Kind::Text)
            return refused(fmt::format("{}: holds more than a dictionary of tensors by name "
                                       "(a training checkpoint?), wanted the model alone",
                where));
        if (!names.insert(name.text).second)
            return refused(fmt::format("{}: is there twice", place(where, name.text)));
        if (value.kind != Kind::Tensor)
            continue;
        Result<PickledTensor> tensor = tensorOf(machine, name.text, value, where, limits);
        if (!tensor)
            return tensor.error();
        tensors.push_back(*std::move(tensor));
    }
    return tensors;
}

} // namespace espalier
