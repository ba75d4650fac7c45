// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/token_model.h"

namespace espalier {

/// Tokens of pieces that were seen before. Texts repeat their words: most pieces cost one look-up.
class WordCache
{
public:
    static constexpr std::size_t kLongestPiece = 64; ///< longer ones rarely come again

    /// Nothing if the piece is new. The tokens live until the next add().
    [[nodiscard]] std::optional<std::span<const TokenId>> find(std::string_view piece) const;
    /// Remembers a piece that find() does not know; forgets all others now and then.
    void add(std::string_view piece, std::span<const TokenId> ids);

private:
    static constexpr std::size_t kMaxPieces = 1 << 16;
    static constexpr std::size_t kInline = 14;
    /// One cache line holds what most look-ups need.
    struct Slot
    {
        std::uint64_t hash = 0;
        std::uint32_t firstByte = 0; ///< in m_texts
        std::uint32_t firstId = 0; ///< in m_ids
        std::uint32_t ids = 0;
        std::uint16_t bytes = 0; ///< 0: free
        char begin[kInline] = {}; ///< the piece itself if it is short
    };
    [[nodiscard]] bool holds(const Slot& slot, std::uint64_t hash, std::string_view piece) const;
    [[nodiscard]] std::size_t placeOf(std::uint64_t hash, std::string_view piece) const;
    void grow();

    std::vector<Slot> m_slots = std::vector<Slot>(1024);
    std::string m_texts;
    std::vector<TokenId> m_ids;
    std::size_t m_size = 0;
};

} // namespace espalier
