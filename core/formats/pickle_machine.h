// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The stack machine of torch_pickle.h; private to it.

#include "core/base/dtype.h"
#include "core/base/result.h"
#include "core/formats/torch_pickle.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace espalier {

/// The callables that the machine answers itself.
enum class PickleCallable
{
    OrderedDict,
    RebuildTensor,
    RebuildParameter
};

struct PickleValue
{
    enum class Kind
    {
        None,
        Bool,
        Integer,
        Real, ///< its value is of no interest
        Text,
        Tuple,
        List,
        Dict, ///< items: key, value, key, value, …
        Callable,
        StorageType,
        Storage, ///< items: key
        Tensor ///< items: storage, sizes
    };
    Kind kind = Kind::None;
    std::int64_t number = 0; ///< Integer, Bool; Storage: elements; Tensor: first element
    std::string_view text = {}; ///< inside the program
    std::vector<std::uint32_t> items = {}; ///< positions among the machine's values
    PickleCallable callable = PickleCallable::OrderedDict;
    Dtype dtype = Dtype::F32; ///< StorageType, Storage
};

class PickleMachine
{
public:
    /// `program` must outlive the machine.
    PickleMachine(
        std::span<const std::byte> program, std::string_view where, const PickleLimits& limits);

    /// Runs to the end; the position of what is left on the stack.
    [[nodiscard]] Result<std::uint32_t> run();

    [[nodiscard]] const PickleValue& at(std::uint32_t position) const
    {
        return m_values[position];
    }

private:
    using Kind = PickleValue::Kind;

    [[nodiscard]] Status step(unsigned char instruction);
    [[nodiscard]] Status pushSimple(unsigned char instruction);
    [[nodiscard]] Status pushText(std::int64_t length);
    [[nodiscard]] Status pushGlobal(std::string_view module, std::string_view name);
    [[nodiscard]] Status pushTuple(std::size_t count);
    [[nodiscard]] Status pushMarkedTuple();
    [[nodiscard]] Status readGlobal();
    [[nodiscard]] Status stackGlobal();
    [[nodiscard]] Status put(std::uint64_t slot);
    [[nodiscard]] Status get(std::uint64_t slot);
    [[nodiscard]] Status addItems(Kind container, std::size_t count);
    [[nodiscard]] Status addMarked(Kind container);
    [[nodiscard]] Status loadStorage();
    [[nodiscard]] Status reduce();
    [[nodiscard]] Status rebuildTensor(const std::vector<std::uint32_t>& arguments);
    [[nodiscard]] Status build();

    [[nodiscard]] Status push(PickleValue value);
    [[nodiscard]] Status pushInteger(std::int64_t number);
    [[nodiscard]] std::optional<std::uint64_t> unsignedNumber(std::size_t bytes);
    [[nodiscard]] std::optional<std::int64_t> longNumber();
    [[nodiscard]] std::optional<std::string_view> line();
    /// Takes the last `count` values above the newest mark off the stack.
    [[nodiscard]] std::optional<std::vector<std::uint32_t>> take(std::size_t count);
    [[nodiscard]] std::optional<std::size_t> takeMark();
    [[nodiscard]] std::size_t available() const;
    [[nodiscard]] Error problem(std::string_view what) const;

    std::span<const std::byte> m_program;
    std::string m_where;
    PickleLimits m_limits;
    std::size_t m_next = 0; ///< the byte to be read
    std::vector<PickleValue> m_values; ///< all that were ever made
    std::vector<std::uint32_t> m_stack;
    std::vector<std::size_t> m_marks; ///< heights of the stack
    std::unordered_map<std::uint64_t, std::uint32_t> m_memo;
};

} // namespace espalier
