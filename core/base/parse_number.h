// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace espalier {

/// All of the text as one number that fits T, in the C locale; nothing for any other text.
template <typename T> [[nodiscard]] std::optional<T> parseNumber(std::string_view text)
{
    T number{};
    const char* const end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, number);
    return problem == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

} // namespace espalier
