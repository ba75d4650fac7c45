// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/bpe.h"

#include "core/tokenizers/byte_level.h"
#include "core/tokenizers/unicode_text.h"

#include <algorithm>
#include <stdexcept>

namespace espalier {

namespace {

using Symbol = ModelScratch::Symbol;
using Merge = ModelScratch::Merge;

constexpr std::uint64_t pairOf(TokenId left, TokenId right)
{
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32)
        | static_cast<std::uint32_t>(right);
}

/// std::push_heap keeps the largest on top: the merge to do first.
bool comesLater(const Merge& a, const Merge& b)
{
    return a.rank != b.rank ? a.rank > b.rank : a.at > b.at;
}

void append(std::vector<Symbol>& symbols, TokenId id)
{
    const auto at = static_cast<std::int32_t>(symbols.size());
    symbols.push_back({.id = id, .previous = at - 1, .next = at + 1, .alive = true});
}

ByteTokens tokensOfBytes(const Vocabulary& vocabulary)
{
    ByteTokens tokens = {};
    for (std::size_t byte = 0; byte < tokens.size(); ++byte)
        tokens[byte] = vocabulary.find(byteCharacters()[byte]);
    return tokens;
}

} // namespace

Bpe::Bpe(Vocabulary vocabulary, MergeRules merges, BpeSettings settings)
    : VocabularyModel(std::move(vocabulary))
    , m_merges(std::move(merges))
    , m_settings(std::move(settings))
    , m_byteTokens(m_settings.byteLevel ? tokensOfBytes(this->vocabulary())
                                        : byteTokensOf(this->vocabulary()))
{
    if (m_settings.unknownToken)
        m_unknown = find(*m_settings.unknownToken);
}

std::optional<TokenId> Bpe::unknown() const
{
    return m_unknown == Vocabulary::kNoToken ? std::nullopt : std::optional(m_unknown);
}

TokenId Bpe::requiredUnknown() const
{
    if (m_unknown == Vocabulary::kNoToken)
        throw std::runtime_error("the text needs the tokenizer's unknown token, which is not in "
                                 "its vocabulary");
    return m_unknown;
}

TokenId Bpe::wholeToken(std::string_view piece, std::string& spelled) const
{
    if (!m_settings.byteLevel)
        return find(piece);
    spelled.clear();
    for (const char c : piece)
        spelled += byteCharacters()[static_cast<unsigned char>(c)];
    return find(spelled);
}

void Bpe::encode(std::string_view piece, std::vector<TokenId>& ids, ModelScratch& scratch) const
{
    if (m_settings.ignoreMerges)
        if (const TokenId id = wholeToken(piece, scratch.text); id != Vocabulary::kNoToken)
            return ids.push_back(id);
    scratch.symbols.clear();
    if (m_settings.byteLevel)
        readBytes(piece, scratch);
    else
        readCharacters(piece, scratch);
    joinPairs(scratch);
    for (const Symbol& symbol : scratch.symbols)
        if (symbol.alive)
            ids.push_back(symbol.id);
}

void Bpe::readBytes(std::string_view piece, ModelScratch& scratch) const
{
    for (const char c : piece) {
        const TokenId id = m_byteTokens[static_cast<unsigned char>(c)];
        if (id != Vocabulary::kNoToken)
            append(scratch.symbols, id);
        else if (m_settings.unknownToken)
            append(scratch.symbols, requiredUnknown());
    }
}

void Bpe::readCharacters(std::string_view piece, ModelScratch& scratch) const
{
    bool pendingUnknown = false;
    const auto flush = [&] {
        if (pendingUnknown)
            append(scratch.symbols, m_unknown);
        pendingUnknown = false;
    };
    const bool decorated = !m_settings.continuingPrefix.empty() || !m_settings.endSuffix.empty();
    for (std::size_t at = 0; at < piece.size();) {
        std::string_view character = piece.substr(at, bytesOfCharacter(piece[at]));
        const bool first = at == 0;
        at += character.size();
        if (decorated) {
            scratch.text.assign(first ? "" : m_settings.continuingPrefix)
                .append(character)
                .append(at == piece.size() ? m_settings.endSuffix : "");
            character = scratch.text;
        }
        if (const TokenId id = find(character); id != Vocabulary::kNoToken) {
            flush();
            append(scratch.symbols, id);
        } else {
            addFallback(character, pendingUnknown, scratch);
        }
    }
    flush();
}

/// A character without a token: its bytes, else the unknown token, else nothing.
void Bpe::addFallback(std::string_view character, bool& pendingUnknown, ModelScratch& scratch) const
{
    const auto hasToken = [this](char c) {
        return m_byteTokens[static_cast<unsigned char>(c)] != Vocabulary::kNoToken;
    };
    if (m_settings.byteFallback && std::all_of(character.begin(), character.end(), hasToken)) {
        for (const char c : character)
            append(scratch.symbols, m_byteTokens[static_cast<unsigned char>(c)]);
        return;
    }
    if (!m_settings.unknownToken)
        return;
    const TokenId unknown = requiredUnknown();
    if (pendingUnknown && !m_settings.fuseUnknown)
        append(scratch.symbols, unknown);
    pendingUnknown = true;
}

/// Queues the pair that begins at a symbol, if there is a rule for it.
void Bpe::offer(std::int32_t left, ModelScratch& scratch) const
{
    const Symbol& first = scratch.symbols[static_cast<std::size_t>(left)];
    if (first.next < 0)
        return;
    const Symbol& second = scratch.symbols[static_cast<std::size_t>(first.next)];
    if (const MergeRule* rule = m_merges.find(pairOf(first.id, second.id))) {
        scratch.merges.push_back({.rank = rule->rank, .at = left, .id = rule->id});
        std::push_heap(scratch.merges.begin(), scratch.merges.end(), comesLater);
    }
}

void Bpe::joinPairs(ModelScratch& scratch) const
{
    std::vector<Symbol>& symbols = scratch.symbols;
    if (symbols.empty())
        return;
    symbols.back().next = -1;
    scratch.merges.clear();
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
        offer(static_cast<std::int32_t>(i), scratch);
    while (!scratch.merges.empty()) {
        std::pop_heap(scratch.merges.begin(), scratch.merges.end(), comesLater);
        const Merge merge = scratch.merges.back();
        scratch.merges.pop_back();
        Symbol& left = symbols[static_cast<std::size_t>(merge.at)];
        if (!left.alive || left.next < 0)
            continue;
        Symbol& right = symbols[static_cast<std::size_t>(left.next)];
        const MergeRule* rule = m_merges.find(pairOf(left.id, right.id));
        if (!rule || rule->id != merge.id) // one of the two has changed since
            continue;
        left.id = merge.id;
        left.next = right.next;
        right.alive = false;
        if (left.next >= 0)
            symbols[static_cast<std::size_t>(left.next)].previous = merge.at;
        if (left.previous >= 0)
            offer(left.previous, scratch);
        offer(merge.at, scratch);
    }
}

} // namespace espalier
