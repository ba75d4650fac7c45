// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/tokenizer.h"

#include <bit>
#include <cstring>

namespace espalier {

/// 64 bits of a short text; eight bytes at a time.
[[nodiscard]] inline std::uint64_t hashOf(std::string_view text)
{
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    std::uint64_t hash = text.size() * kOdd;
    const char* at = text.data();
    std::size_t left = text.size();
    std::uint64_t word = 0;
    for (; left >= 8; left -= 8, at += 8) {
        std::memcpy(&word, at, 8);
        hash = std::rotl((hash ^ word) * kOdd, 29);
    }
    word = 0;
    std::memcpy(&word, at, left);
    hash = (hash ^ word) * kOdd;
    return hash ^ (hash >> 29);
}

/// Tokens by text and texts by token. Numbers need not be without gaps; a text that appears twice
/// keeps its last number.
class Vocabulary
{
public:
    /// id is in 0 … kMaxTokens - 1.
    void add(std::string_view text, TokenId id);

    /// The token of a text; kNoToken if there is none.
    [[nodiscard]] TokenId find(std::string_view text) const
    {
        return m_table.empty() ? kNoToken : m_table[placeOf(text)];
    }
    /// The text of a token; empty if there is none.
    [[nodiscard]] std::string_view text(TokenId id) const;
    /// How many texts it holds.
    [[nodiscard]] std::size_t size() const
    {
        return m_size;
    }
    /// Largest number + 1.
    [[nodiscard]] std::int64_t end() const
    {
        return static_cast<std::int64_t>(m_spans.size());
    }
    /// Length of the longest text, in bytes.
    [[nodiscard]] std::size_t longest() const
    {
        return m_longest;
    }

    static constexpr TokenId kNoToken = -1;
    /// The largest known have 300 000; a stranger's number costs memory up to itself.
    static constexpr std::int64_t kMaxTokens = std::int64_t{1} << 21;

private:
    struct Span
    {
        std::size_t first = 0;
        std::uint32_t length = 0;
    };
    [[nodiscard]] std::size_t placeOf(std::string_view text) const;
    void grow();

    std::string m_texts;
    std::vector<Span> m_spans; ///< by number
    std::vector<TokenId> m_table; ///< open addressing, at most half full
    std::size_t m_size = 0;
    std::size_t m_longest = 0;
};

} // namespace espalier
