// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Tokens of a text on disk, so that they are made once:
//
//     tokens/<key>/00000.h5, 00001.h5, …     2^24 tokens each, the last one fewer
//         /@format = "espalier tokens 1"  @key  @tokens (of all files)  @vocab
//         /tokens   [n], unsigned, 1, 2 or 4 bytes each
//
// The key is a SHA-256 over everything that decides the tokens (core/data/tokenise.cpp). The folder
// may be deleted at any time.

#include "core/base/result.h"
#include "core/data/packed_tokens.h"

#include <filesystem>
#include <string>

namespace espalier {

struct TokenCacheEntry
{
    std::filesystem::path folder; ///< …/tokens/<key>
    std::string key;
    std::int64_t vocab = 0;
};

/// Errors: Refused, naming file and fault: not such a file, made for something else, damaged, files
/// missing, numbers that are not below vocab.
[[nodiscard]] Result<PackedTokens> readTokenCache(const TokenCacheEntry& entry);

/// Replaces the entry whole. Errors: Resource.
[[nodiscard]] Status writeTokenCache(const TokenCacheEntry& entry, const PackedTokens& tokens);

} // namespace espalier
