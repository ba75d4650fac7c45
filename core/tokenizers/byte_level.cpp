// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/byte_level.h"

#include "core/tokenizers/unicode_text.h"

namespace espalier {

namespace {

constexpr char32_t kFirstSubstitute = 0x100;

constexpr bool printsAsItself(unsigned byte)
{
    return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte != 0xad);
}

std::array<char32_t, 256> characterTable()
{
    std::array<char32_t, 256> table = {};
    char32_t next = kFirstSubstitute;
    for (unsigned byte = 0; byte < table.size(); ++byte)
        table[byte] = printsAsItself(byte) ? byte : next++;
    return table;
}

const std::array<char32_t, 256>& characters()
{
    static const std::array<char32_t, 256> kTable = characterTable();
    return kTable;
}

std::array<std::string, 256> spelledTable()
{
    std::array<std::string, 256> table;
    for (std::size_t byte = 0; byte < table.size(); ++byte)
        appendCharacter(table[byte], characters()[byte]);
    return table;
}

/// 0x100 + the number of bytes that do not print.
constexpr std::size_t kEnd = 0x144;

std::array<int, kEnd> byteTable()
{
    std::array<int, kEnd> table = {};
    table.fill(-1);
    for (std::size_t byte = 0; byte < characters().size(); ++byte)
        table[characters()[byte]] = static_cast<int>(byte);
    return table;
}

} // namespace

const std::array<std::string, 256>& byteCharacters()
{
    static const std::array<std::string, 256> kSpelled = spelledTable();
    return kSpelled;
}

std::optional<std::string> bytesSpelt(std::string_view token)
{
    static const std::array<int, kEnd> kBytes = byteTable();
    std::string bytes;
    for (std::size_t at = 0; at < token.size();) {
        const char32_t character = nextCharacter(token, at);
        if (character >= kEnd || kBytes[character] < 0)
            return std::nullopt;
        bytes += static_cast<char>(kBytes[character]);
    }
    return bytes;
}

} // namespace espalier
