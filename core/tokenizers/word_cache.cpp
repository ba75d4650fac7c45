// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/word_cache.h"

#include "core/tokenizers/vocabulary.h"

#include <algorithm>

namespace espalier {

bool WordCache::holds(const Slot& slot, std::uint64_t hash, std::string_view piece) const
{
    if (slot.hash != hash || slot.bytes != piece.size())
        return false;
    const char* const text = piece.size() <= kInline ? slot.begin : m_texts.data() + slot.firstByte;
    return std::memcmp(text, piece.data(), piece.size()) == 0;
}

std::size_t WordCache::placeOf(std::uint64_t hash, std::string_view piece) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t place = hash & mask;
    while (m_slots[place].bytes != 0 && !holds(m_slots[place], hash, piece))
        place = (place + 1) & mask;
    return place;
}

std::optional<std::span<const TokenId>> WordCache::find(std::string_view piece) const
{
    const Slot& slot = m_slots[placeOf(hashOf(piece), piece)];
    if (slot.bytes == 0)
        return std::nullopt;
    return std::span(m_ids.data() + slot.firstId, slot.ids);
}

void WordCache::add(std::string_view piece, std::span<const TokenId> ids)
{
    if (m_size == kMaxPieces)
        *this = WordCache();
    if (2 * (m_size + 1) > m_slots.size())
        grow();
    const std::uint64_t hash = hashOf(piece);
    Slot& slot = m_slots[placeOf(hash, piece)];
    slot.hash = hash;
    slot.firstByte = static_cast<std::uint32_t>(m_texts.size());
    slot.firstId = static_cast<std::uint32_t>(m_ids.size());
    slot.ids = static_cast<std::uint32_t>(ids.size());
    slot.bytes = static_cast<std::uint16_t>(piece.size());
    if (piece.size() <= kInline)
        std::copy(piece.begin(), piece.end(), slot.begin);
    else
        m_texts += piece;
    m_ids.insert(m_ids.end(), ids.begin(), ids.end());
    ++m_size;
}

void WordCache::grow()
{
    std::vector<Slot> old(2 * m_slots.size());
    old.swap(m_slots);
    const std::size_t mask = m_slots.size() - 1;
    for (const Slot& slot : old) {
        std::size_t place = slot.hash & mask;
        while (slot.bytes != 0 && m_slots[place].bytes != 0)
            place = (place + 1) & mask;
        if (slot.bytes != 0)
            m_slots[place] = slot;
    }
}

} // namespace espalier
