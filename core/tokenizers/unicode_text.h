// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace espalier {

// Characters of texts that are known to be UTF-8. The classes are those of the libraries that
// tokenizers are made with, where they differ from today's Unicode too.

/// The character that begins at byte `at`, which moves behind it.
[[nodiscard]] char32_t nextCharacter(std::string_view text, std::size_t& at);
void appendCharacter(std::string& text, char32_t character);
/// Bytes of the character whose first byte this is.
[[nodiscard]] constexpr std::size_t bytesOfCharacter(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

[[nodiscard]] bool isWhiteSpace(char32_t character); ///< Unicode's White_Space
[[nodiscard]] bool isNumeric(char32_t character); ///< Nd, Nl, No
[[nodiscard]] bool isMark(char32_t character); ///< Mn, Mc, Me
[[nodiscard]] bool isNonspacingMark(char32_t character); ///< Mn
/// A character of a word in the sense of UTS #18: alphabetic, mark, digit, connector, joiner.
[[nodiscard]] bool isWordCharacter(char32_t character);

// BERT's own classes (Unicode 8).
[[nodiscard]] bool isBertPunctuation(char32_t character);
[[nodiscard]] bool isBertControl(char32_t character);
[[nodiscard]] bool isBertIdeograph(char32_t character); ///< gets a token of its own

/// The small letters of a character, without regard to its neighbours (U+0130 has two).
void appendLowercase(std::string& text, char32_t character);

enum class NormalForm
{
    Nfc,
    Nfd,
    Nfkc,
    Nfkd
};
[[nodiscard]] std::string normalForm(std::string_view text, NormalForm form);

} // namespace espalier
