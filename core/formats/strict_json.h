// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The only door through which JSON enters the program. Input is a stranger's text: size, depth and
// number of values are capped, a key may appear once per object, the text must be UTF-8 without
// byte order mark, comments or NUL bytes, and integers of 64 bits stay exact. An integer outside 64
// bits becomes a floating point number, which every reader that wants an integer refuses
// (core/formats/json_reader.h).

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace espalier {

struct JsonLimits
{
    std::size_t maxBytes = std::size_t{64} << 20;
    std::size_t maxDepth = 64;
    std::size_t maxValues =
        4'000'000; ///< bounds memory: "[]," costs 3 bytes of file but 60 of memory
};

/// The document in `text`; `where` is the file name that errors begin with.
/// Errors: Refused, "config.json: line 3, byte 41: key "hidden_size" appears twice, wanted once".
[[nodiscard]] Result<nlohmann::json> parseStrictJson(
    std::string_view text, std::string_view where, const JsonLimits& limits = {});

/// The document in a file of at most `maxBytes`, which are not read if there are more.
/// Errors: Refused, naming the file.
[[nodiscard]] Result<nlohmann::json> readJsonFile(
    const std::filesystem::path& path, std::size_t maxBytes = JsonLimits{}.maxBytes);

/// Text of a document: two spaces per level, a final newline, numbers in the C locale and precise
/// enough to read back bit for bit. The same value always gives the same text. `json` writes keys
/// in byte order (as Hugging Face writes its configs); pass an `ordered_json`, which keeps keys as
/// inserted, where the order is for people. Strings must be UTF-8 and numbers finite (JSON has no
/// others): ESPALIER_EXPECT.
[[nodiscard]] std::string writeJson(const nlohmann::json& document);
[[nodiscard]] std::string writeJson(const nlohmann::ordered_json& document);

} // namespace espalier
