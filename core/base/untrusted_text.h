// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace espalier {

/// Byte position of the first byte that is not UTF-8 (surrogates and overlong forms are not);
/// nothing if all is.
[[nodiscard]] std::optional<std::size_t> firstInvalidUtf8(std::string_view text);

/// A stranger's text, fit for one line of an error message: control characters and bytes that are
/// not UTF-8 become \xNN, and more than `maxBytes` are cut with "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t maxBytes = 120);

/// The same in double quotes.
[[nodiscard]] std::string inQuotes(std::string_view text, std::size_t maxBytes = 120);

} // namespace espalier
