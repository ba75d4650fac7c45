// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/pickle_machine.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

// Instructions by their names in pickletools.py.
enum : unsigned char
{
    kMark = '(',
    kStop = '.',
    kBinInt = 'J',
    kBinInt1 = 'K',
    kBinInt2 = 'M',
    kNone = 'N',
    kBinPersId = 'Q',
    kReduce = 'R',
    kBinUnicode = 'X',
    kAppend = 'a',
    kBuild = 'b',
    kGlobal = 'c',
    kAppends = 'e',
    kBinGet = 'h',
    kLongBinGet = 'j',
    kBinPut = 'q',
    kLongBinPut = 'r',
    kSetItem = 's',
    kTuple = 't',
    kSetItems = 'u',
    kEmptyDict = '}',
    kEmptyList = ']',
    kEmptyTuple = ')',
    kBinFloat = 'G',
    kProto = 0x80,
    kTuple1 = 0x85,
    kTuple2 = 0x86,
    kTuple3 = 0x87,
    kNewTrue = 0x88,
    kNewFalse = 0x89,
    kLong1 = 0x8A,
    kShortBinUnicode = 0x8C,
    kStackGlobal = 0x93,
    kMemoize = 0x94,
    kFrame = 0x95
};

constexpr std::uint64_t kNewestProtocol = 5;
constexpr std::size_t kLongestLine = 256;

} // namespace

PickleMachine::PickleMachine(
    std::span<const std::byte> program, std::string_view where, const PickleLimits& limits)
    : m_program(program)
    , m_where(where)
    , m_limits(limits)
{
}

Result<std::uint32_t> PickleMachine::run()
{
    if (m_program.size() > m_limits.maxBytes)
        return problem(fmt::format(
            "is {} bytes long, wanted at most {}", m_program.size(), m_limits.maxBytes));
    while (m_next < m_program.size()) {
        const auto instruction = static_cast<unsigned char>(m_program[m_next++]);
        if (instruction == kStop) {
            if (m_stack.size() != 1 || !m_marks.empty())
                return problem("leaves something else than one value");
            return m_stack.front();
        }
        if (Status done = step(instruction); !done)
            return done.error();
    }
    return problem("ends too early");
}

Status PickleMachine::step(unsigned char instruction)
{
    switch (instruction) {
    case kMark:
        m_marks.push_back(m_stack.size());
        return m_marks.size() > m_limits.maxValues ? Status(problem("is nested too deeply"))
                                                   : Status();
    case kGlobal:
        return readGlobal();
    case kStackGlobal:
        return stackGlobal();
    case kTuple:
        return pushMarkedTuple();
    case kTuple1:
    case kTuple2:
    case kTuple3:
        return pushTuple(instruction - kTuple1 + 1U);
    case kAppend:
        return addItems(Kind::List, 1);
    case kAppends:
        return addMarked(Kind::List);
    case kSetItem:
        return addItems(Kind::Dict, 2);
    case kSetItems:
        return addMarked(Kind::Dict);
    case kBinPersId:
        return loadStorage();
    case kReduce:
        return reduce();
    case kBuild:
        return build();
    default:
        return pushSimple(instruction);
    }
}

/// Instructions that carry their operand with them.
Status PickleMachine::pushSimple(unsigned char instruction)
{
    const auto number = [&](std::size_t bytes, auto&& use) -> Status {
        const std::optional<std::uint64_t> read = unsignedNumber(bytes);
        return read ? use(*read) : Status(problem("ends too early"));
    };
    const auto integer = [&](std::uint64_t n) {
        return pushInteger(static_cast<std::int64_t>(n));
    };
    const auto text = [&](std::uint64_t n) {
        return pushText(static_cast<std::int64_t>(n));
    };
    switch (instruction) {
    case kProto:
        return number(1, [&](std::uint64_t n) {
            return n <= kNewestProtocol ? Status() : problem(fmt::format("has protocol {}", n));
        });
    case kFrame:
        return number(8, [](std::uint64_t) { return Status(); });
    case kBinInt:
        return number(4, [&](std::uint64_t n) {
            return pushInteger(static_cast<std::int32_t>(static_cast<std::uint32_t>(n)));
        });
    case kBinInt1:
        return number(1, integer);
    case kBinInt2:
        return number(2, integer);
    case kLong1:
        if (const std::optional<std::int64_t> read = longNumber())
            return pushInteger(*read);
        return problem("holds a number that is too large");
    case kBinFloat:
        return number(8, [&](std::uint64_t) { return push({.kind = Kind::Real}); });
    case kBinUnicode:
        return number(4, text);
    case kShortBinUnicode:
        return number(1, text);
    case kNone:
        return push({.kind = Kind::None});
    case kNewTrue:
    case kNewFalse:
        return push({.kind = Kind::Bool, .number = instruction == kNewTrue});
    case kEmptyTuple:
        return push({.kind = Kind::Tuple});
    case kEmptyList:
        return push({.kind = Kind::List});
    case kEmptyDict:
        return push({.kind = Kind::Dict});
    case kBinPut:
        return number(1, [&](std::uint64_t slot) { return put(slot); });
    case kLongBinPut:
        return number(4, [&](std::uint64_t slot) { return put(slot); });
    case kMemoize:
        return put(m_memo.size());
    case kBinGet:
        return number(1, [&](std::uint64_t slot) { return get(slot); });
    case kLongBinGet:
        return number(4, [&](std::uint64_t slot) { return get(slot); });
    default:
        return problem(fmt::format(
            "holds instruction 0x{:02X}, which no list of tensors needs; nothing was run",
            instruction));
    }
}

Status PickleMachine::pushText(std::int64_t length)
{
    if (std::cmp_greater(length, m_program.size() - m_next))
        return problem("ends too early");
    const auto size = static_cast<std::size_t>(length);
    const std::span<const std::byte> bytes = m_program.subspan(m_next, size);
    m_next += size;
    return push(
        {.kind = Kind::Text, .text = {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
}

Status PickleMachine::pushTuple(std::size_t count)
{
    auto items = take(count);
    return items ? push({.kind = Kind::Tuple, .items = *std::move(items)})
                 : Status(problem("takes from an empty stack"));
}

Status PickleMachine::pushMarkedTuple()
{
    const std::optional<std::size_t> count = takeMark();
    return count ? pushTuple(*count) : Status(problem("takes from an empty stack"));
}

Status PickleMachine::put(std::uint64_t slot)
{
    if (available() == 0)
        return problem("takes from an empty stack");
    if (m_memo.size() >= m_limits.maxValues)
        return problem("holds too many values");
    m_memo[slot] = m_stack.back();
    return {};
}

Status PickleMachine::get(std::uint64_t slot)
{
    const auto found = m_memo.find(slot);
    if (found == m_memo.end())
        return problem("uses a value before it is made");
    if (m_stack.size() >= m_limits.maxValues)
        return problem("holds too many values");
    m_stack.push_back(found->second);
    return {};
}

/// Texts, numbers and tensors can be put anywhere; that a container can hold itself is nobody's
/// worry, as nobody walks down.
Status PickleMachine::addItems(Kind container, std::size_t count)
{
    const auto items = take(count);
    if (!items || available() == 0 || at(m_stack.back()).kind != container
        || (container == Kind::Dict && count % 2 != 0))
        return problem("fills something that is no container");
    std::vector<std::uint32_t>& target = m_values[m_stack.back()].items;
    if (target.size() + items->size() > m_limits.maxValues)
        return problem("holds too many values");
    target.insert(target.end(), items->begin(), items->end());
    return {};
}

Status PickleMachine::addMarked(Kind container)
{
    const std::optional<std::size_t> count = takeMark();
    return count ? addItems(container, *count) : Status(problem("takes from an empty stack"));
}

Status PickleMachine::push(PickleValue value)
{
    if (m_values.size() >= m_limits.maxValues)
        return problem("holds too many values");
    m_stack.push_back(static_cast<std::uint32_t>(m_values.size()));
    m_values.push_back(std::move(value));
    return {};
}

Status PickleMachine::pushInteger(std::int64_t number)
{
    return push({.kind = Kind::Integer, .number = number});
}

std::optional<std::uint64_t> PickleMachine::unsignedNumber(std::size_t bytes)
{
    if (m_program.size() - m_next < bytes)
        return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        number |= std::to_integer<std::uint64_t>(m_program[m_next + i]) << (8 * i);
    m_next += bytes;
    return number;
}

/// A length and as many bytes, two's complement.
std::optional<std::int64_t> PickleMachine::longNumber()
{
    const std::optional<std::uint64_t> length = unsignedNumber(1);
    if (!length || *length > sizeof(std::int64_t))
        return std::nullopt;
    const std::optional<std::uint64_t> bits = unsignedNumber(*length);
    if (!bits)
        return std::nullopt;
    const auto unused = static_cast<unsigned>(64 - 8 * *length);
    return unused == 64 ? 0 : static_cast<std::int64_t>(*bits << unused) >> unused;
}

std::optional<std::string_view> PickleMachine::line()
{
    const auto rest = m_program.subspan(m_next, std::min(kLongestLine, m_program.size() - m_next));
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    m_next += end + 1;
    return text.substr(0, end);
}

std::optional<std::vector<std::uint32_t>> PickleMachine::take(std::size_t count)
{
    if (count > available())
        return std::nullopt;
    const auto first = m_stack.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<std::uint32_t> values(first, m_stack.end());
    m_stack.erase(first, m_stack.end());
    return values;
}

std::optional<std::size_t> PickleMachine::takeMark()
{
    if (m_marks.empty())
        return std::nullopt;
    const std::size_t count = available();
    m_marks.pop_back();
    return count;
}

std::size_t PickleMachine::available() const
{
    return m_stack.size() - (m_marks.empty() ? 0 : m_marks.back());
}

Error PickleMachine::problem(std::string_view what) const
{
    return refused(fmt::format("{}: the list of tensors (byte {}) {}", m_where, m_next, what));
}

} // namespace espalier
