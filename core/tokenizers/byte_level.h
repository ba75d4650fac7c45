// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace espalier {

// GPT-2's spelling of bytes as characters that print (Radford et al. 2019, bytes_to_unicode):
// printing bytes of Latin-1 as themselves, the others as U+0100 and on, in order.

/// The character of every byte, in UTF-8.
[[nodiscard]] const std::array<std::string, 256>& byteCharacters();

/// The bytes that a token spells; nothing if it holds a character that stands for none.
[[nodiscard]] std::optional<std::string> bytesSpelt(std::string_view token);

} // namespace espalier
