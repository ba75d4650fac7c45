// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/torch_pickle.h"

#include "core/base/checked.h"
#include "core/base/untrusted_text.h"
#include "core/formats/pickle_machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

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

using Numbers = std::vector<std::int64_t>;

/// Strides of dimensions with at most one element mean nothing, and so do all of an empty tensor.
bool isRowMajor(const Numbers& sizes, const Numbers& strides, std::int64_t elements)
{
    std::int64_t wanted = 1; // a divisor of `elements`
    for (std::size_t i = sizes.size(); elements > 0 && i-- > 0;) {
        if (sizes[i] != 1 && strides[i] != wanted)
            return false;
        wanted *= sizes[i];
    }
    return true;
}

/// How far behind the first element the last one lies, if every element surely has a place of its
/// own: each stride is longer than what the shorter ones span.
std::optional<std::int64_t> reachOf(const Numbers& sizes, const Numbers& strides)
{
    std::vector<std::pair<std::int64_t, std::int64_t>> byStride;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        if (sizes[i] > 1)
            byStride.emplace_back(strides[i], sizes[i]);
    std::sort(byStride.begin(), byStride.end());
    std::int64_t reach = 0;
    for (const auto& [stride, size] : byStride) {
        const std::optional<std::int64_t> span = checkedProduct(stride, size - 1);
        if (stride <= reach || !span || __builtin_add_overflow(reach, *span, &reach))
            return std::nullopt;
    }
    return reach;
}

Result<PickledTensor> tensorOf(const PickleMachine& machine, std::string_view name,
    const PickleValue& value, std::string_view where, const PickleLimits& limits)
{
    const PickleValue& storage = machine.at(value.items[0]);
    const std::string_view key = machine.at(storage.items[0]).text;
    const auto sizes = numbersOf(machine, value.items[1], limits.maxRank);
    const auto strides = numbersOf(machine, value.items[2], limits.maxRank);
    const auto elements = sizes ? checkedProduct(*sizes) : std::nullopt;
    if (!elements || !strides || strides->size() != sizes->size())
        return refused(
            fmt::format("{}: found sizes or strides that no tensor has, wanted up to {} of them",
                place(where, name), limits.maxRank));
    const bool rowMajor = isRowMajor(*sizes, *strides, *elements);
    const auto reach = rowMajor ? std::optional(*elements - 1) : reachOf(*sizes, *strides);
    if (!reach)
        return refused(fmt::format("{}: found strides [{}] with shape [{}], wanted a place for "
                                   "every element; save it again as safetensors",
            place(where, name), fmt::join(*strides, ", "), fmt::join(*sizes, ", ")));
    if (key.size() > kLongestStorage)
        return refused(fmt::format("{}: names its storage by {} bytes, wanted at most {}",
            place(where, name), key.size(), kLongestStorage));
    if (value.number < 0 || value.number > storage.number
        || *reach >= storage.number - value.number)
        return refused(
            fmt::format("{}: found {} elements from {}, wanted them inside the {} of its storage",
                place(where, name), *elements, value.number, storage.number));
    return PickledTensor{.name = std::string(name),
        .dtype = storage.dtype,
        .storage = std::string(key),
        .storageElements = storage.number,
        .begin = value.number,
        .end = value.number + *reach + 1,
        .sizes = *sizes,
        .strides = rowMajor ? Numbers() : *strides};
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
