// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/untrusted_text.h"

#include <cstdint>

#include <fmt/format.h>

namespace espalier {

namespace {

unsigned byteAt(std::string_view text, std::size_t position)
{
    return static_cast<unsigned char>(text[position]);
}

/// Length of the UTF-8 sequence that starts at `position`, 0 if there is none (RFC 3629, table of
/// section 4).
std::size_t sequenceLength(std::string_view text, std::size_t position)
{
    const unsigned first = byteAt(text, position);
    if (first < 0x80)
        return 1;
    const std::size_t length = first < 0xC2 ? 0
        : first < 0xE0                      ? 2
        : first < 0xF0                      ? 3
        : first < 0xF5                      ? 4
                                            : 0;
    if (length == 0 || text.size() - position < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byteAt(text, position + i) & 0xC0) != 0x80)
            return 0;
    const unsigned second = byteAt(text, position + 1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second >= 0xA0;
    const bool beyondUnicode = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyondUnicode ? 0 : length;
}

} // namespace

std::optional<std::size_t> firstInvalidUtf8(std::string_view text)
{
    for (std::size_t position = 0; position < text.size();) {
        const std::size_t length = sequenceLength(text, position);
        if (length == 0)
            return position;
        position += length;
    }
    return std::nullopt;
}

std::string printable(std::string_view text, std::size_t maxBytes)
{
    std::string out;
    for (std::size_t position = 0; position < text.size();) {
        if (position >= maxBytes) {
            out += "…";
            break;
        }
        const std::size_t length = sequenceLength(text, position);
        const unsigned byte = byteAt(text, position);
        if (length == 0 || byte < 0x20 || byte == 0x7F) {
            out += fmt::format("\\x{:02x}", byte);
            ++position;
        } else {
            out += text.substr(position, length);
            position += length;
        }
    }
    return out;
}

std::string inQuotes(std::string_view text, std::size_t maxBytes)
{
    return '"' + printable(text, maxBytes) + '"';
}

} // namespace espalier
