// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/packed_tokens.h"
#include "core/data/text_encoding.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// Files read one after another as one text, in this order.
struct TextFiles
{
    std::vector<std::filesystem::path> files;
    std::string textField; ///< of JSON lines
};

/// Every byte a token. A line end is put after a document that has none, if another follows.
/// Errors: Refused, naming file (and line); Cancelled.
[[nodiscard]] Result<std::shared_ptr<const PackedTokens>> byteTokensOf(
    const TextFiles& text, const Progress& progress);

/// The tokens of a text, with encoding.end between documents; with all cores, from `cache`
/// (core/data/token_cache.h) if it has them, else put there. A cache that is damaged or disagrees
/// with the tokenizer on the text's beginning is told of and replaced; one that cannot be written
/// is told of.
/// Errors: Refused, naming file (and line): cannot be read, not UTF-8, more tokens than the
/// embedding has rows; Cancelled.
[[nodiscard]] Result<std::shared_ptr<const PackedTokens>> tokensOf(const TextFiles& text,
    const TextEncoding& encoding, const std::optional<std::filesystem::path>& cache,
    const Progress& progress);

} // namespace espalier
