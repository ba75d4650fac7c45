// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/vocabulary.h"

#include "core/base/expect.h"

#include <algorithm>

namespace espalier {

void Vocabulary::add(std::string_view text, TokenId id)
{
    ESPALIER_EXPECT(id >= 0 && id < kMaxTokens, "token numbers are checked where they are read");
    if (id >= end())
        m_spans.resize(static_cast<std::size_t>(id) + 1);
    m_spans[static_cast<std::size_t>(id)] = {
        .first = m_texts.size(), .length = static_cast<std::uint32_t>(text.size())};
    m_texts += text;
    m_longest = std::max(m_longest, text.size());
    if (2 * (m_size + 1) > m_table.size())
        grow();
    TokenId& slot = m_table[placeOf(text)];
    m_size += slot == kNoToken ? 1 : 0;
    slot = id;
}

std::string_view Vocabulary::text(TokenId id) const
{
    if (id < 0 || id >= end())
        return {};
    const Span& span = m_spans[static_cast<std::size_t>(id)];
    return std::string_view(m_texts).substr(span.first, span.length);
}

std::size_t Vocabulary::placeOf(std::string_view wanted) const
{
    const std::size_t mask = m_table.size() - 1;
    std::size_t place = hashOf(wanted) & mask;
    while (m_table[place] != kNoToken && text(m_table[place]) != wanted)
        place = (place + 1) & mask;
    return place;
}

void Vocabulary::grow()
{
    std::vector<TokenId> old(std::max<std::size_t>(64, 2 * m_table.size()), kNoToken);
    old.swap(m_table);
    for (const TokenId id : old)
        if (id != kNoToken)
            m_table[placeOf(text(id))] = id;
}

} // namespace espalier
